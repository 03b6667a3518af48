"""An executed notebook as one HTML page that needs no kernel and no network.

Widgets are drawn from their state as they stood at the end of the run: text as text, controls as
"label: value", figures as charts. Moving a control needs the notebook itself.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from plotly.offline import get_plotlyjs

from tools import files

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
PLOTLY = "application/vnd.plotly.v1+json"
SCRIPT = "plotly.min.js"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<script src="{script}"></script>
<style>body {{ max-width: 1180px; margin: 24px auto; padding: 0 16px; font: 15px/1.45 system-ui,
sans-serif; color: #1b1f24; }} pre {{ white-space: pre-wrap; }} .control {{ margin-right: 18px; }}
table {{ border-collapse: collapse; }} td, th {{ padding: 2px 8px; text-align: left; }}</style>
</head><body><p><em>As it stood at the end of a run; controls do not move here.</em></p>
{body}</body></html>
"""


def page(notebook: NotebookNode, title: str) -> str:
    """The notebook as HTML."""
    widgets = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    still = notebook.copy()
    still.cells = [_cell(cell, widgets) for cell in notebook.cells]
    still.metadata = NotebookNode({k: v for k, v in notebook.metadata.items() if k != "widgets"})
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    body, _ = exporter.from_notebook_node(still)
    return PAGE.format(title=html.escape(title), script=SCRIPT, body=body)


def write_script(folder: Path) -> None:
    """The chart library beside the pages, so that they need no network."""
    files.write(folder / SCRIPT, get_plotlyjs())


def _cell(cell: NotebookNode, widgets: dict[str, Any]) -> NotebookNode:
    if cell.cell_type != "code":
        return cell
    shown = cell.copy()
    shown.outputs = [_output(output, widgets) for output in cell.outputs]
    return shown


def _output(output: Any, widgets: dict[str, Any]) -> Any:
    data = output.get("data", {})
    if VIEW in data:
        made = _widget(data[VIEW]["model_id"], widgets)
    elif PLOTLY in data:
        made = _chart(data[PLOTLY])
    else:
        return output
    return NotebookNode(output_type="display_data", data={"text/html": made}, metadata={})


def _chart(figure: dict[str, Any]) -> str:
    if not figure["data"] and not figure["layout"].get("annotations"):
        return ""
    drawn = go.Figure(
        {"data": figure["data"], "layout": figure["layout"]},
        skip_invalid=True,
    )
    return drawn.to_html(full_html=False, include_plotlyjs=False)


def _key(reference: str) -> str:
    """The key of a widget to which another one refers."""
    return reference.removeprefix("IPY_MODEL_")


def _widget(key: str, widgets: dict[str, Any]) -> str:
    name, state = widgets[key]["model_name"], widgets[key]["state"]
    if "children" in state:
        inside = (_widget(_key(child), widgets) for child in state["children"])
        return f"<div>{''.join(inside)}</div>"
    if "drawing" in state:
        return _chart(json.loads(widgets[_key(state["drawing"])]["state"]["value"]))
    if name == "OutputModel":
        outputs = [_output(output, widgets) for output in state["outputs"]]
        return "".join(_plain(output) for output in outputs)
    if name == "HTMLModel":
        return f"<div>{state['value']}</div>"
    shown = bool(state.get("description")) and name != "ButtonModel"
    return _control(state) if shown else ""


def _control(state: dict[str, Any]) -> str:
    value = state.get("value")
    if "_options_labels" in state:
        picked = state.get("index")
        picked = picked if isinstance(picked, list) else [picked]
        value = ", ".join(state["_options_labels"][i] for i in picked if i is not None)
    label = html.escape(state["description"])
    return f'<span class="control">{label}: <b>{html.escape(str(value))}</b></span>'


def _plain(output: Any) -> str:
    data = output.get("data", {})
    if "text/html" in data:
        return str(data["text/html"])
    text = output.get("text") or data.get("text/plain", "")
    return f"<pre>{html.escape(str(text))}</pre>"
