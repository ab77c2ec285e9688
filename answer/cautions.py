"""Questions that models answer badly by looking: counting, and where things stand.

Cue words in English, German, French and Spanish; a question in another language gets no warning.
"""

import re

from answer.terms import fold

COUNTING = "The question asks to count: models miscount; count again on the cited page."
PLACES = "The question asks where things stand: models confuse places; look at the cited page."
_COUNTING = r"""how\ many|number\ of|count(?:\ (?:of|the))?|wie\ ?viele|anzahl|zahle?|combien\ d\w*
    |nombre\ d\w*|cuant[oa]s|numero\ de|cantidad\ de"""
_PLACES = r"""(?:on|to|at|in)\ the\ (?:far\ |very\ )?(?:left|right|top|bottom)
    |(?:left|right)(?:most)?\ of|leftmost|rightmost
    |(?:top|bottom|upper|lower|left|right)[ -](?:left|right|half|corner|hand|side)
    |next\ to|beside|(?:directly|right|just)\ (?:above|below|under)|(?:above|below|under)\ the
    |links|rechts|(?:ober|unter)halb|neben|oben|unten
    |a\ (?:gauche|droite)|au[ -]dessus|(?:en|au)[ -]dessous|en\ (?:haut|bas)|a\ cote
    |(?:a\ la|la)\ (?:izquierda|derecha)|encima\ de|debajo\ de|(?:parte\ )?(?:superior|inferior)
    |al\ lado"""
_CUES = tuple(
    (re.compile(rf"(?<!\w)(?:{cues})(?!\w)", re.VERBOSE), told)
    for cues, told in ((_COUNTING, COUNTING), (_PLACES, PLACES))
)


def cautions(question: str) -> tuple[str, ...]:
    """Why an answer that a model gives to this question needs a second look, in sentences."""
    folded = fold(question).replace("\u2019", "'")
    return tuple(told for cue, told in _CUES if cue.search(folded))
