"""What a reader has set on a page: saved, named, reloaded, and printed as the state of a view."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from compare.data.arguments import MAX_SEED, ids_of, range_of, shown, weight_of, whole
from compare.data.patient import Patient

FORMAT = 1
# Of a patient, by their names in an address; and the longest that a page reads.
NUMBERS = {
    "weight": "weight_kg", "age": "age_years", "height": "height_cm", "iv_dose": "iv_dose_g",
    "iv_weeks": "iv_interval_weeks", "ige": "ige_iu_ml",
}  # fmt: skip
IN_ADDRESS = ("condition", *NUMBERS, "sex", "history", "price", "payer")
WEIGHED = ("criteria", "weights", "ranges", "seed", "options")
MEDICARE = "medicare"
LONGEST = 4000


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
            ids_of(name, list(getattr(self, name)))
        if self.price_basis is not None and not isinstance(self.price_basis, str):
            raise ValueError(f"price_basis is {shown(self.price_basis)}; expected text or None")
        set_(self, "seed", whole("seed", self.seed, 0, MAX_SEED))
        set_(self, "criteria", ids_of("criteria", self.criteria))
        weights = {key: weight_of(key, weight) for key, weight in self.weights.items()}
        set_(self, "weights", MappingProxyType(weights))
        ranges = {key: range_of(key, ends) for key, ends in self.ranges.items()}
        set_(self, "ranges", MappingProxyType(ranges))
        set_(self, "options", MappingProxyType(dict(self.options)))

    @property
    def basis(self) -> str:
        """On what harms and benefits may be scored: `network`, networks of trials alone, until
        the reader has said that figures of different trials be compared all the same.

        `options["cross_trials"]` True says so; `options["basis"]` alone does not.
        """
        if self.options.get("cross_trials") is not True:
            return "network"
        return str(self.options.get("basis", "difference"))

    @property
    def medicare(self) -> bool:
        """Whether the payer is Medicare: then prices that it negotiated stand."""
        return self.options.get("payer") == MEDICARE

    @property
    def weighed(self) -> dict[str, Any]:
        """What was said on trade-offs, by `WEIGHED`; not the payer, who is of the strip."""
        found = {name: getattr(self, name) for name in WEIGHED}
        return found | {"options": {k: v for k, v in self.options.items() if k != "payer"}}

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


def to_address(scenario: Scenario, usual: Collection[str] = ()) -> str:
    """Condition, patient, price basis and what is weighed, as a page's address after `#`.

    `usual` names what the reader has not set, which another condition may change; of `IN_ADDRESS`.

    >>> to_address(Scenario("cidp", Patient(62, 55, factors={"migraine"})), ["age"])
    'condition=cidp&weight=62&age=55&history=migraine&usual=age'
    """
    patient = scenario.patient
    told = {"condition": scenario.condition_id}
    for name, attribute in NUMBERS.items():
        value = getattr(patient, attribute)
        told[name] = "" if value is None else repr(value).removesuffix(".0")
    told["sex"] = patient.sex or ""
    told["history"] = ",".join(sorted(patient.factors))
    told["price"] = scenario.price_basis or ""
    told["payer"] = scenario.options.get("payer", "")
    # What a page sets for itself alone is nothing to carry where nothing is weighed.
    if scenario.criteria:
        weighed = {name: _plain(value) for name, value in scenario.weighed.items() if value}
        told["weighed"] = json.dumps(weighed, sort_keys=True, separators=(",", ":"))
    told["usual"] = ",".join(name for name in IN_ADDRESS if name in usual)
    return urlencode({name: value for name, value in told.items() if value}, safe=",")


def _plain(value: Any) -> Any:
    """A part of a scenario as JSON holds it."""
    return dict(value) if isinstance(value, Mapping) else value


def _weighed(text: str) -> dict[str, Any]:
    """What `to_address` wrote of criteria, weights, ranges, seed and options."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not found.keys() <= {*WEIGHED}:
        raise ValueError("its weights cannot be read")
    if "payer" in str(found.get("options", "")):
        raise ValueError("its weights cannot be read")
    return found


def from_address(text: str) -> tuple[Scenario, frozenset[str]]:
    """The scenario that `to_address` wrote, and what the reader had not set.

    Whether condition, history and price are in the tables is for those to check who have them.
    Raises `ValueError`, in one sentence, for anything else.
    """
    try:
        pairs = parse_qsl(text[: LONGEST + 1], strict_parsing=True, errors="strict")
    except ValueError:
        raise ValueError("it is not an address of a patient") from None
    told = dict(pairs)
    if len(text) > LONGEST or len(told) < len(pairs):
        raise ValueError("it is not an address of a patient")
    if unknown := sorted(told.keys() - {*IN_ADDRESS, "weighed", "usual"}):
        raise ValueError(f"it names {shown(unknown[0])}, which this version does not know")
    if not {"condition", "weight", "age"} <= told.keys():
        raise ValueError("it lacks the condition, the weight or the age")
    numbers: dict[str, Any] = {}
    for name, attribute in NUMBERS.items():
        try:
            numbers[attribute] = float(told[name]) if name in told else None
        except ValueError:
            raise ValueError(f"its {name} is {shown(told[name])}, which is no number") from None
    sex: Any = told.get("sex")
    factors = frozenset(filter(None, told.get("history", "").split(",")))
    options = {"payer": told["payer"]} if "payer" in told else {}
    if options.get("payer", MEDICARE) != MEDICARE:
        raise ValueError("its payer is not one that we know")
    usual = frozenset(told.get("usual", "").split(",")) & frozenset(IN_ADDRESS)
    try:
        patient = Patient(**numbers, sex=sex, factors=factors)
    except ValueError as error:
        said = str(error)
        for name, attribute in NUMBERS.items():
            said = said.replace(attribute, name)
        raise ValueError(f"its {said}") from None
    more = _weighed(told["weighed"]) if "weighed" in told else {}
    try:
        options = {**more.pop("options", {}), **options}
        found = Scenario(
            told["condition"], patient, price_basis=told.get("price"), options=options, **more
        )
    except TypeError:
        raise ValueError("its weights cannot be read") from None
    return found, usual
