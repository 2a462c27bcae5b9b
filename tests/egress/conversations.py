"""Random conversations with planted values in every place that a request has.

A pure function of the seed. Knows the wire format of a request, and nothing of what becomes of it.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field

from tests.egress.documents import SUBJECTS
from tests.egress.pictures import picture
from tests.egress.planting import BLOCKED, PSEUDONYMISED, Plant, in_json, plant
from tests.egress.planting import field as json_field
from tests.egress.sorts import SORTS

Body = dict[str, object]

QUESTIONS = (
    "What is a typical COP of a chiller?",
    "How does an economiser work?",
    "Why do heat pumps ice up?",
    "Which of the two filters should be changed first?",
    "The fan of the air handling unit hums at night, what could it be?",
    "Can the boiler be switched off over the long weekend?",
    "Explain the difference between a VAV and a CAV system.",
    "Our pump cavitates when the valve closes, what do we look at first?",
    "How should the night setback be chosen in spring?",
    "Write a short note to the team that the filters were changed.",
    "Summarise this for the next shift.",
    "Draft a polite answer.",
)
LEAD_INS = ("For context:", "By the way.", "From the ticket:", "Note from the log book:", "")
SYSTEMS = ("You help building operators.", "Answer briefly.", "You write for technicians.")
ANSWERS = ("Understood.", "The damper is the first thing to check.", "That can wait until spring.")
DATA_QUESTIONS = (
    "How much electricity did the Pier House use in June?",
    "Which building used the most electricity in July?",
    "What was the peak demand of the Tide Mill in June?",
    "Compare Pier House and Salt Works in the second week of June.",
)
PLACEHOLDERS = ("⟦PERSON_1⟧", "⟦EMAIL_2⟧", "[PERSON_3]")

PLACES = (
    "question",
    "parts",
    "system",
    "history",
    "assistant",
    "call_arguments",
    "tool_result",
    "tool_result_json",
    "tool_description",
    "tool_enum",
    "tool_default",
    "schema_description",
    "schema_enum",
    "metadata",
    "stop",
    "name",
)
PROSE = frozenset({"question", "parts", "system", "history", "assistant"})


@dataclass
class Conversation:
    """One request. `about` is the kind of it; `places` says where each of `plants` stands."""

    number: int
    about: str
    tenant: str
    body: Body
    plants: list[Plant] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def consent(self) -> bool | None:
        options = self.body["vestibule"]
        assert isinstance(options, dict)
        said = options.get("privacy", {}).get("consent")
        assert said is None or isinstance(said, bool)
        return said

    @property
    def is_plain(self) -> bool:
        """Whether the answer must be, character by character, what the server said with the originals put back."""
        options = self.body["vestibule"]
        assert isinstance(options, dict)
        return (
            not options["knowledge"]
            and PROSE.issuperset(self.places)
            and not {"max_tokens", "stop"} & self.body.keys()
            and self.about in ("clean", "names")
        )


def converse(seed: int, number: int) -> Conversation:
    """The conversation of that number."""
    rng = random.Random(f"egress/{seed}/{number}")
    about = rng.choices(("clean", "names", "blocked", "mixed", "document", "data"), (22, 32, 24, 8, 10, 4))[0]
    eager = about == "names" and rng.random() < 0.5  # on its way out, and its answer easily compared
    tenant = "facilities" if eager else rng.choices(("facilities", "campus", "legal"), (70, 22, 8))[0]
    says_so = rng.random() < (0.75 if tenant == "campus" else 0.15)
    options: Body = {
        "knowledge": about in ("document", "data") or (rng.random() < 0.3 and not eager),
        "cache": rng.choice(("default", "default", "bypass", "refresh")),
        "privacy": {"consent": rng.choice((True, True, False))} if says_so else {},
    }
    weights = (50, 50, 0, 0) if eager else (30, 30, 34, 6)
    body: Body = {
        "model": rng.choices(("eu-model", "us-model", "auto", "house-model"), weights)[0],
        "messages": [],
        "vestibule": options,
    }
    conversation = Conversation(number, about, tenant, body)
    _sample(rng, body)
    _Writer(rng, conversation).write()
    _show(random.Random(f"egress/{seed}/{number}/image"), conversation)
    _belong(random.Random(f"egress/{seed}/{number}/session"), conversation)
    return conversation


def _belong(rng: random.Random, conversation: Conversation) -> None:
    """To a session or a user, mostly: whoever does keeps the arms of experiments."""
    options = conversation.body["vestibule"]
    assert isinstance(options, dict)
    if rng.random() < 0.6:
        options["session"] = f"session-{rng.randrange(16)}"
    if rng.random() < 0.6:
        conversation.body["user"] = f"user-{rng.randrange(16)}"


def _show(rng: random.Random, conversation: Conversation) -> None:
    """An image beside the question, now and then."""
    if rng.random() > 0.15:
        return
    shown = picture(rng)
    messages = conversation.body["messages"]
    assert isinstance(messages, list)
    content = messages[-1]["content"]
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    messages[-1]["content"] = [*parts, {"type": "image_url", "image_url": {"url": shown.url}}]
    conversation.places += [place for place, _ in shown.planted]
    conversation.plants += [planted for _, planted in shown.planted]


def _sample(rng: random.Random, body: Body) -> None:
    if rng.random() < 0.5:
        body["stream"] = True
        if rng.random() < 0.5:
            body["stream_options"] = {"include_usage": True}
    if rng.random() < 0.3:
        body["temperature"] = rng.choice((0, 0.5, 1.2))
    if rng.random() < 0.1:
        body["top_p"] = 0.9
    if rng.random() < 0.1:
        body["max_tokens"] = rng.choice((4, 20))


class _Writer:
    """Writes the messages and everything beside them, each plant into a place of its own."""

    def __init__(self, rng: random.Random, conversation: Conversation) -> None:
        self.rng = rng
        self.made = conversation
        self.at: dict[str, list[Plant]] = {}
        self.only_prose = rng.random() < 0.5

    def write(self) -> None:
        for type in self._types():
            self._place(type)
        body = self.made.body
        messages = [*self._system(), *self._history(), *self._tool_round(), self._question()]
        body["messages"] = messages
        self._offer_tools()
        self._ask_for_json()
        if planted := self.at.get("metadata"):
            body["metadata"] = {self._field_name(p): p.value for p in planted}
        if planted := self.at.get("stop"):
            body["stop"] = [p.value for p in planted][:4]

    def _types(self) -> list[str]:
        rng = self.rng
        match self.made.about:
            case "names":
                return [rng.choice(PSEUDONYMISED) for _ in range(rng.randint(1, 4))]
            case "blocked":
                return [rng.choice(BLOCKED) for _ in range(rng.choice((1, 1, 2)))]
            case "mixed":
                return [rng.choice(BLOCKED), *(rng.choice(PSEUDONYMISED) for _ in range(rng.randint(1, 2)))]
        return []

    def _place(self, type: str) -> None:
        rng = self.rng
        in_prose = self.only_prose or rng.random() < 0.4
        place = rng.choice(("question", "question", *sorted(PROSE))) if in_prose else rng.choice(PLACES)
        if place in ("stop", "name") and not (SORTS[type].bare or type == "PERSON"):
            place = "question"  # nothing there would say what it is
        if place in ("call_arguments", "tool_result_json"):
            planted = in_json(rng, type)
        elif place in PROSE or place in ("tool_result", "tool_description", "schema_description"):
            planted = plant(rng, type)
        else:
            planted = json_field(rng, type)[1]
        self.at.setdefault(place, []).append(planted)
        self.made.plants.append(planted)
        self.made.places.append(place)

    def _said(self, place: str, around: str) -> str:
        """`around` with the sentences planted at this place, before or after it or between the lines."""
        rng = self.rng
        for planted in self.at.get(place, ()):
            pieces = [rng.choice(LEAD_INS), planted.text]
            pieces.insert(rng.choice((0, 2)), around)
            around = rng.choice((" ", "\n", "\n\n")).join(piece for piece in pieces if piece)
        return around

    def _system(self) -> list[Body]:
        if "system" not in self.at and self.rng.random() < 0.5:
            return []
        role = self.rng.choice(("system", "developer"))
        return [{"role": role, "content": self._said("system", self.rng.choice(SYSTEMS))}]

    def _history(self) -> list[Body]:
        if not {"history", "assistant"} & self.at.keys() and self.rng.random() < 0.6:
            return []
        asked = self._said("history", self.rng.choice(QUESTIONS))
        answered = self._said("assistant", self.rng.choice(ANSWERS))
        return [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]

    def _tool_round(self) -> list[Body]:
        """A call the model made, and its result."""
        places = {"call_arguments", "tool_result", "tool_result_json"}
        if not places & self.at.keys() and self.rng.random() < 0.9:
            return []
        arguments = [p.text for p in self.at.get("call_arguments", ())] or ['{"priority": "high"}']
        results = [p.text for p in self.at.get("tool_result_json", ())] or [self._said("tool_result", "Done.")]
        calls = [
            {"id": f"call_{at}", "type": "function", "function": {"name": "open_ticket", "arguments": given}}
            for at, given in enumerate(arguments)
        ]
        answers: list[Body] = [
            {"role": "tool", "tool_call_id": f"call_{at}", "content": results[at] if at < len(results) else "Done."}
            for at in range(len(arguments))
        ]
        if len(results) > len(arguments):
            answers[-1]["content"] = json.dumps([json.loads(text) for text in results[len(arguments) - 1 :]])
        if "tool_result_json" in self.at and "tool_result" in self.at:
            answers.append({"role": "tool", "tool_call_id": "call_0", "content": self._said("tool_result", "Done.")})
        return [
            {"role": "user", "content": self.rng.choice(QUESTIONS)},
            {"role": "assistant", "content": None, "tool_calls": calls},
            *answers,
        ]

    def _question(self) -> Body:
        rng = self.rng
        asked = rng.choice(QUESTIONS)
        if self.made.about == "document":
            asked = f"How is the {rng.choice(SUBJECTS)} serviced?"
        elif self.made.about == "data":
            asked = rng.choice(DATA_QUESTIONS)
        elif self.made.about == "clean" and rng.random() < 0.05:
            asked += f" The template says {rng.choice(PLACEHOLDERS)}."
        content: object = self._said("question", asked)
        if planted := self.at.get("parts"):
            content = [{"type": "text", "text": text} for text in (content, *(p.text for p in planted))]
        message: Body = {"role": "user", "content": content}
        if planted := self.at.get("name"):
            message["name"] = planted[0].value
        return message

    def _offer_tools(self) -> None:
        rng, body = self.rng, self.made.body
        places = {"tool_description", "tool_enum", "tool_default"}
        used = bool({"call_arguments", "tool_result", "tool_result_json"} & self.at.keys())
        if not places & self.at.keys() and not used and rng.random() < 0.75:
            return
        properties: Body = {"subject": {"type": "string"}, "priority": {"type": "string", "enum": ["low", "high"]}}
        for planted in self.at.get("tool_enum", ()):
            properties[self._field_name(planted)] = {"type": "string", "enum": [planted.value, "none of these"]}
        for planted in self.at.get("tool_default", ()):
            properties[self._field_name(planted)] = {"type": "string", "default": planted.value}
        function = {
            "name": "open_ticket",
            "description": self._said("tool_description", "Opens a ticket."),
            "parameters": {"type": "object", "properties": properties},
        }
        body["tools"] = [{"type": "function", "function": function}]
        body["tool_choice"] = rng.choice(("auto", "required", "none"))

    def _ask_for_json(self) -> None:
        """`auto` is asked for JSON more often: at home only the model server can do that, so it may have to go out."""
        rng, body = self.rng, self.made.body
        places = {"schema_description", "schema_enum"}
        if not places & self.at.keys() and rng.random() < (0.4 if self.made.model == "auto" else 0.9):
            return
        properties: Body = {"answer": {"type": "string"}}
        for planted in self.at.get("schema_description", ()):
            properties["note"] = {"type": "string", "description": planted.text}
        for planted in self.at.get("schema_enum", ()):
            properties[self._field_name(planted)] = {"type": "string", "enum": [planted.value, "none of these"]}
        schema = {"name": "answer", "schema": {"type": "object", "properties": properties}}
        if places & self.at.keys() or rng.random() < 0.7:
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        else:
            body["response_format"] = {"type": "json_object"}

    def _field_name(self, planted: Plant) -> str:
        return self.rng.choice(SORTS[planted.type].fields)
