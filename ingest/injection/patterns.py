"""What text that addresses a model says, in the languages that it is mostly written in.

The patterns run on plain text (`ingest.injection.plain`). `~` stands for what separates two
words of a sentence.
A strong sign counts alone. What honest pages say as well is a weak sign and counts only where two
that belong together stand close.
"""

import re
from typing import Literal

Reason = Literal[
    "override", "role", "template", "secrecy", "dictated", "request", "prompt", "disguise"
]
Sign = Literal["address", "order", "condition", "secret"]

MODEL = r"""(?:ai | llms? | (?:large~)?language~models? | chat~?gpt | gpt~?\d\w* | claude | gemini
    | chat~?bots? | (?:ai|virtual|digital)~(?:assistants?|models?|agents?|systems?)
    | ki | sprachmodelle? | ia | modele~de~langage | modelo~de~(?:lenguaje|linguagem))"""
PERSON = r"""(?:users? | readers? | humans? | (?:be)?nutzern? | anwendern? | lesern?
    | utilisateurs? | lecteurs? | usuarios? | lector(?:es)?)"""
# Not right after a word that turns it round: "do not forget", "n'oubliez pas", "si vous oubliez".
NOT_DENIED = r"""(?<!\bnot\s)(?<!never\s)(?<!don.t\s)(?<!\bno\s)(?<!\bnon\s)(?<!\bnao\s)(?<!\bn.)
    (?<!\bne\s)(?<!\bpas\s)(?<!\bvous\s)"""
RULES = r"""(?:instructions? | prompts? | rules | guidelines | directives? | directions | commands?
    | messages? | context | programming | training | guardrails)"""

STRONG: tuple[tuple[Reason, str], ...] = (
    (
        "override",
        rf"""\b{NOT_DENIED}(?:ignore | ignoring | disregard | forget | override | bypass | discard)
        (?:~(?:all|any|every|each|of|the|your|my|our|these|those|and|other|everything|in)){{0,5}}
        ~(?:previous(?:ly)? | prior | above | earlier | preceding | former | foregoing | existing
            | original | initial | system | safety)~(?:\w+~){{0,2}}?{RULES}\b""",
    ),
    (
        "override",
        rf"""\b{NOT_DENIED}(?:ignore | disregard | forget | override)~
        (?:(?:all|any|of|everything|the|in)~){{0,3}}(?:your | you~(?:were|are|have~been)~given)~
        (?:\w+~){{0,2}}?{RULES}\b""",
    ),
    (
        "override",
        r"""\b(?:ignoriere\w* | vergiss | vergessen~sie | missachte | verwirf | uberschreibe\w*)
        ~(?:(?!nicht\b)\w+~){0,3}?(?:vorherig | vorig | bisherig | obig | vorangehend
            | vorangegangen | fruher | bestehend | vorstehend)\w*~(?:\w+~){0,2}?
        (?:anweisung | instruktion | befehl | regel | vorgabe | prompt | anleitung)""",
    ),
    (
        "override",
        rf"""\b{NOT_DENIED}(?:ignor | oubli | neglig | olvid | descart | omit | esquec | desconsider
            | dimentic | trascur)\w*~(?:(?!pas\b)\w+~){{0,4}}?
        (?:instruc | istruzion | consigne | directi[vr] | indica[cz]ion | indicac | regla | regle
            | regra | regole | orden | invite | prompt)\w*~(?:\w+~){{0,3}}?
        (?:preceden | anterior | anterieur | previ | ci~dessus | plus~haut | arriba | acima)""",
    ),
    (
        "override",
        r"""\b(?:negeer | vergeet)~(?:\w+~){0,3}?(?:vorige | eerdere | voorgaande | bovenstaande)~
        (?:\w+~)?(?:instructies | aanwijzingen | opdrachten | regels)\b""",
    ),
    (
        "role",
        rf"""\byou~are~(?:now|no~longer)~(?:\w+~){{0,3}}?(?:{MODEL} | assistants? | bots? | dan
            | unrestricted | jailbroken | persona | unfiltered | bound)\b""",
    ),
    (
        "role",
        rf"""\b(?:act | behave | respond | pretend)~(?:as~if~you~are | as | to~be | that~you~are)~
        (?:\w+~){{0,3}}?(?:{MODEL} | unrestricted | unfiltered | jailbroken)\b""",
    ),
    (
        "role",
        r"""\b(?:from~now~on | from~this~point~on | henceforth)~you~
        (?:are | will | must | shall | should | only | have~to | answer | respond)\b""",
    ),
    (
        "role",
        r"""\b(?:enable | enter | activate)~(?:dan|developer|jailbreak|god)~mode\b
        | \bdo~anything~now\b | \bjailbreak~mode\b""",
    ),
    (
        "role",
        rf"""\b(?:du~bist | sie~sind)~(?:jetzt | nun | ab~sofort | ab~jetzt)~(?:\w+~){{0,3}}?
        (?:{MODEL} | assistent\w* | bot)\b
        | \bab~(?:jetzt | sofort | nun)~(?:bist | antwortest | wirst | musst | sollst)~du\b""",
    ),
    (
        "role",
        rf"""\b(?:tu~es | vous~etes)~(?:maintenant | desormais)~(?:\w+~){{0,3}}?
        (?:{MODEL} | assistante? | robot)\b
        | \b(?:desormais | a~partir~de~maintenant)~tu~(?:es | dois | reponds | repondras)\b""",
    ),
    (
        "role",
        rf"""\b(?:ahora~eres | a~partir~de~ahora~(?:eres | seras))~(?:\w+~){{0,3}}?
        (?:{MODEL} | asistente | bot)\b
        | \ba~partir~de~ahora~(?:responde | responderas | debes | actua)\b""",
    ),
    (
        "template",
        r"""<\|\W?(?:im_start | im_end | system | user | assistant | endoftext | eot_id
            | start_header_id | begin_of_text)\W?\|> | \[/?inst\] | <</?sys>>
        | </?(?:start | end)_of_turn>
        | \#{2,}\s*(?:system | instructions? | assistant | human | response)\s*:""",
    ),
    (
        "template",
        r"""\b(?:begin | end | start | new | updated)~(?:of~)?(?:the~)?
        (?:system | developer)~(?:prompt | message | instructions? | override)\b
        | (?<!\S)\W?(?:system | developer | assistant)~
        (?:prompt | override | instructions?)\s*[:\]>]""",
    ),
    (
        "template",
        r"""(?<!\S)[\[<(]?(?:system | assistant | developer)[\])>]?\s*:\s*(?:(?:please | now)~)?
        (?:you | ignore | disregard | forget | from~now | answer | respond | reply | say | tell
            | reveal | print | output | do~not | never | always | fetch
            | the~(?:user | assistant | real | correct))\b""",
    ),
    (
        "secrecy",
        rf"""\b(?:do~not | don~t | never | without)~
        (?:tell | telling | inform | informing | mention | mentioning | reveal | revealing | alert
            | alerting | notify | notifying)~(?:\w+~){{0,4}}?(?:to~)?(?:the|any|this)~{PERSON}\b""",
    ),
    (
        "secrecy",
        rf"""\b(?:sage? | verrate? | teile | erwahne)~(?:\w+~){{0,2}}?(?:dem | den)~{PERSON}~
        (?:\w+~){{0,3}}?(?:nichts? | nie | niemals)\b
        | \bne~(?:\w+~)?(?:dis | dites | mentionn\w* | revel\w* | inform\w* | parl\w*)~
        (?:pas | rien | jamais)~(?:\w+~){{0,5}}?{PERSON}\b
        | \bno~(?:le~ | se~lo~)?(?:digas | menciones | reveles | informes | cuentes)~
        (?:\w+~){{0,5}}?{PERSON}\b""",
    ),
    (
        "prompt",
        r"""\b(?:reveal | print | repeat | output | show | display | leak | expose | disclose
            | recite | tell~me)~(?:\w+~){0,3}?(?:your | the)~
        (?:system | hidden | secret | initial | original | developer)~prompts?\b
        | \b(?:reveal | repeat | output | leak | disclose | recite)~
        your~(?:\w+~)?(?:instructions | prompts? | guidelines | rules | system~message)\b""",
    ),
    (
        "prompt",
        r"""\b(?:zeig | gib | nenn | verrat | wiederhol)\w*~(?:\w+~){0,3}?
        (?:system~?prompts? | deinen?~(?:\w+~)?(?:anweisungen | instruktionen | prompts? | regeln))
        | \b(?:affich | revel | montr | repet | cit)\w*~(?:\w+~){0,3}?
        (?:(?:prompt | invite | message)~systeme | (?:tes | vos)~(?:instructions | consignes)
            | ton~prompt)
        | \b(?:muestr | revel | repit | imprim | escrib)\w*~(?:\w+~){0,3}?
        (?:(?:prompt | mensaje)~del?~sistema | tus~instrucciones | tu~prompt)""",
    ),
    ("request", r"!\[[^\]]{0,80}\]\(\s*(?:https? | ftp):[^\s)?]{1,200}\?\S{1,400}\)"),
    ("request", r"https?:\S{1,200}[?&][\w.]{1,40}=\W?[{\[<%$]"),
    (
        "request",
        r"""\b(?:send | post | append | exfiltrate | transmit | upload | encode | forward)~
        (?:\w+~){0,4}?(?:conversation | chat | history | question | prompt | answer | context
            | credentials | passwords? | api~keys? | secrets?)~(?:\w+~){0,4}?
        (?:to | into | in | at)~(?:the~)?(?:url~)?https?:""",
    ),
    (
        "request",
        r"""\b(?:fetch | retrieve | request | load | open | visit | browse | get | call | download
            | curl | wget)~(?:\w+~){0,3}?https?:\S{3,200}\s{1,3}and~(?:then~)?(?:\w+~)?
        (?:repeat | include | execute | obey | tell~the | quote | output | summari[sz]e | insert
            | reveal | do~what)\b""",
    ),
)
# Without anything between letters: for words that are spread, or broken where no letter is.
UNBROKEN: tuple[tuple[Reason, str], ...] = (
    (
        "override",
        r"""(?<!not)(?<!never)(?<!dont)(?:ignore | disregard | forget)
        (?:all | any | of | the | your | my | these)*
        (?:previous | prior | above | earlier | preceding | system)(?:instructions? | prompts?
            | rules | guidelines)
        | (?:ignorieren?(?:sie)? | vergiss)(?:alle | die | deine | meine)*
        (?:vorherigen | bisherigen | obigen | fruheren)(?:anweisungen | instruktionen | regeln)
        | (?<!vous)(?<!n)(?:ignorez? | oubliez?)(?:toutes)?(?:les | tes | vos)
        (?:instructions | consignes | regles)(?:precedentes | cidessus | anterieures)
        | (?<!no)(?:ignora | ignore | olvida | olvide)(?:todas)?(?:las | tus | sus)
        (?:instrucciones | reglas)(?:anteriores | previas)""",
    ),
)
WEAK: tuple[tuple[Sign, str], ...] = (
    (
        "address",
        rf"""\b(?:attention | achtung | atencion | (?:note | message | instructions?)~(?:to | for)
            | dear | hey | hello | if~you~are | wenn~du | si~tu~es | si~vous~etes | si~eres
            | hinweis~(?:an | fur) | note~pour | nota~para)~
        (?:(?:all|any|the|an?|die|das|eine?|l|le|une?|los|las|una?)~){{0,2}}
        (?:{MODEL} | assistants? | asistentes?)\b""",
    ),
    ("address", rf"(?:^ | (?<=[.!?]\s))\W?(?:{MODEL} | assistant)\s?[:,!]"),
    (
        "order",
        r"""\b(?:answer | respond | reply | say | output | print | repeat | state | recommend)~
        (?:(?:only | always | exactly | instead | simply)~){0,2}
        (?:to~(?:every | any | all | each)~questions?~)?
        (?:with | that | exactly | the~(?:words? | text | phrase | code) | nothing~(?:but | else)
            | only)\b | \banswer~(?:every | any | all | each)~questions?~(?:with | by)\b""",
    ),
    (
        "order",
        r"""\b(?:antworte | erwidere | sage | schreibe | wiederhole)~
        (?:(?:immer | nur | stattdessen | einfach)~){0,2}(?:mit | dass | das~wort | den~text)\b
        | \b(?:reponds | repondez | dis | dites | ecris | repete)~
        (?:(?:toujours | seulement | uniquement)~){0,2}(?:que | par | avec | le~mot | le~texte)\b
        | \b(?:responde | contesta | di | escribe | repite)~
        (?:(?:siempre | solo | solamente | unicamente)~){0,2}(?:con | que | la~palabra)\b""",
    ),
    (
        "condition",
        r"""\b(?:when | if | whenever)~
        (?:(?:you|are|re|anyone|someone|anybody|a~user|the~user|they|ever)~){0,3}
        (?:asks? | asked | queried | prompted)\b
        | \bwenn~(?:\w+~){0,5}?(?:gefragt | fragt)\b
        | \b(?:si | quand | lorsqu\w*)~(?:\w+~){0,4}?(?:demande | interroge)\w*
        | \b(?:si | cuando)~(?:\w+~){0,4}?pregunt\w+
        | \b(?:to | auf | a)~(?:every | any | all | each | jede | alle | cada | chaque)~
        (?:questions? | frage | fragen | pregunta)\b""",
    ),
    ("secret", r"\b(?:secret~(?:code|word|key|token) | canary | api~key | password)\b"),
)
PAIRS: frozenset[frozenset[Sign]] = frozenset(
    {
        frozenset(("address", "order")),
        frozenset(("address", "condition")),
        frozenset(("address", "secret")),
        frozenset(("condition", "order")),
    }
)


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of this module, ready to search plain text with."""
    between = pattern.replace(r"\w+~", r"\w++~").replace("~", r"(?:[^\w.!?;]{1,6})")
    return re.compile(between, re.VERBOSE)
