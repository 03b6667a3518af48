"""What a reader has set on a page: saved, named, reloaded, and printed as the state of a view."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from compare.data.arguments import MAX_SEED, range_of, shown, weight_of, whole
from compare.data.patient import Patient

FORMAT = 1


@dataclass(frozen=True)
class Scenario:
    """A condition, a patient, and the reader's preferences; the state from which a view is rebuilt.

    `weights` and `ranges` are by criterion; a range is (low, high) in the criterion's unit.

    >>> scenario = Scenario("cidp", Patient(weight_kg=70, age_years=54), weights={"harm": 1})
    >>> Scenario.from_json(scenario.to_json()) == scenario
    True
    """

    condition_id: str
    patient: Patient
    criteria: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    price_basis: str | None = None
    seed: int = 1
    name: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        for name in ("condition_id", "name"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"{name} is {shown(getattr(self, name))}; expected text")
        Patient.check(self.patient)
        for name in ("weights", "ranges", "options"):
            if not isinstance(getattr(self, name), Mapping):
                raise ValueError(f"{name} is {shown(getattr(self, name))}; expected a dict")
        if isinstance(self.criteria, str) or not isinstance(self.criteria, Collection):
            raise ValueError(f"criteria is {shown(self.criteria)}; expected a list of ids")
        if self.price_basis is not None and not isinstance(self.price_basis, str):
            raise ValueError(f"price_basis is {shown(self.price_basis)}; expected text or None")
        set_(self, "seed", whole("seed", self.seed, 0, MAX_SEED))
        set_(self, "criteria", tuple(self.criteria))
        weights = {key: weight_of(key, weight) for key, weight in self.weights.items()}
        set_(self, "weights", MappingProxyType(weights))
        ranges = {key: range_of(key, ends) for key, ends in self.ranges.items()}
        set_(self, "ranges", MappingProxyType(ranges))
        set_(self, "options", MappingProxyType(dict(self.options)))

    def to_json(self) -> str:
        """The scenario as JSON text, in a fixed order, so that equal scenarios give equal text."""
        patient = asdict(self.patient) | {"factors": sorted(self.patient.factors)}
        state = {
            "format": FORMAT,
            "name": self.name,
            "condition_id": self.condition_id,
            "patient": patient,
            "criteria": list(self.criteria),
            "weights": dict(self.weights),
            "ranges": {key: list(value) for key, value in self.ranges.items()},
            "price_basis": self.price_basis,
            "seed": self.seed,
            "options": dict(self.options),
        }
        return json.dumps(state, indent=2, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Scenario:
        """The scenario that `to_json` wrote. Raises `ValueError` for anything else."""
        try:
            state = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"not a saved scenario: line {error.lineno} is not JSON") from None
        except RecursionError:
            raise ValueError("not a saved scenario: nested too deep") from None
        except (TypeError, ValueError):
            raise ValueError("not a saved scenario: no text, or a number too long") from None
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise ValueError(f"not a saved scenario of format {FORMAT}")
        del state["format"]
        try:
            patient = Patient(**{**state.pop("patient")})
            return cls(patient=patient, **state)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a saved scenario: {error}") from None
