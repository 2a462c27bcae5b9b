"""Sentences that mean little: padding between facts, and scrambled words that can only be copied."""

from __future__ import annotations

from random import Random

from vestibule.training.tiny.dialogues import words
from vestibule.training.tiny.dialogues.slots import fill

_PLAIN = words.listed(
    "about after air all also and any are area as at be before below between both building but by can check clean "
    "closed cold cooling daily damper day door down during each energy every fan filter first for from full ground "
    "hand has have heat heating hour hours if in is it its kept last level light line list load log low main may "
    "meter month more must night not note of off on only open operator or order other out over part per plan "
    "plant pump rate record report return room round running safety same season sensor service set side since small "
    "space started supply system tenant than that the then there these this time to under unit until up use valve "
    "value water week when where which while who wind window with without work year"
)
_FILLERS = (
    "The plant was checked on {day}.",
    "Nobody was there at {clock}.",
    "The doors were locked and the lamps were off.",
    "{person} of {firm} was on site.",
    "The filter was changed by {firm}.",
    "A copy is kept in the control room.",
    "Noise was heard near {machine} at {clock}.",
    "This is done once a year.",
    "Work began at {clock} and took {small} hours.",
    "The tenant was told by letter.",
    "See the list in the plant room.",
    "It had been reported on {day} by {person}.",
    "Keep the door to the plant room closed.",
    "The operator looks at the trend every morning.",
    "{machine} was not touched.",
    "Readings are taken every hour.",
    "Two people go, one with the plans.",
    "All values are from {day}.",
    "The next visit is planned for {day}.",
    "Ask {person} before you change it.",
    "No further action was needed.",
    "The building is closed on Sundays.",
    "Windows that are tilted count as open.",
    "A spare is in store.",
)


def filler(random: Random) -> str:
    return fill(random, random.choice(_FILLERS)) if random.random() < 0.95 else scrambled(random)


def scrambled(random: Random, most: int = 10) -> str:
    """Words and figures in no order, as a sentence."""
    said = [_piece(random) for _ in range(random.randint(min(most, 4) - 2, most))]
    first = said[0]
    return " ".join([first[:1].upper() + first[1:], *said[1:]]) + "."


def _piece(random: Random) -> str:
    draw = random.random()
    if draw < 0.55:
        return random.choice(_PLAIN)
    if draw < 0.75:
        return words.sound(random)
    if draw < 0.85:
        return words.building(random)
    return words.amount(random)
