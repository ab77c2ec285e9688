"""Function words, kept out of questions: they match every page and say nothing about any."""

import unicodedata
from collections.abc import Iterable, Sequence

FOREIGN_SHARE = 0.1  # of a text's words; less is found on English pages of names and figures
FOREIGN_LEAD = 2  # times as many stop words as of English


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) | frozenset(_without_accents(words).split())
    for language, words in {
        "en": """a about above after again against all also am an and any are as at be because
            been before being below between both but by can could d did do does doing down
            during each few for from further had has have having he her here hers him his how i
            if in into is it its itself just ll m many me might more most much must my no nor
            not of off on once only or other our ours out over own re s same shall she should
            so some such t than that the their theirs them then there these they this those
            through to too under until up us ve very was we were what when where which while
            who whom whose why will with would you your yours""",
        "de": """ab aber alle allem allen aller alles als also am an andere anderen auch auf
            aus bei beim bin bis bist da damit dann das dass dein dem den denn der des dessen
            die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen
            einer eines er es etwas euch euer für gegen hat hatte hatten haben hier hinter hoch
            ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden
            jeder jedes kann kein keine keinen können man mehr mein mich mir mit muss nach
            nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie
            sind so soll sollte sondern über um und uns unser unter viel viele vom von vor war
            waren warum was weil welche welchem welchen welcher welches wenn wer werden wie
            wieder wird wo worden wurde wurden zu zum zur zwischen""",
        "fr": """à ai afin ainsi après as au aucun aussi autre autres aux avait avant avec avez
            avoir c ce cela celle celles celui ces cet cette ceux chaque ci comme comment d
            dans de depuis des dont du elle elles en encore entre est et été étaient était être
            eu eux fait faut fois font il ils j je l la là laquelle le lequel les lesquelles
            lesquels leur leurs lors lui m ma mais me même mes moi mon n ne ni nos notre nous
            on ont ou où par pas pendant peut peuvent plus pour pourquoi qu quand que quel
            quelle quelles quels qui quoi s sa sans se selon sera ses si soit son sont sous sur
            t ta te tes toi ton tous tout toute toutes très tu un une vers vos votre vous y
            combien""",
        "es": """a al algo algunas algunos ante antes aquel aquella como con contra cual cuales
            cuándo cuando cuánta cuánto cuántos cuántas cuál cuáles cómo de del desde donde
            dónde durante e el él ella ellas ellos en entre era eran es esa ese eso esta está
            están este esto estos estas fue fueron ha había han hasta hay la las le les lo los
            más me mi mis mucho muchos muy nada ni no nos nosotros nuestra nuestro o os otra
            otras otro otros para pero poco por porque pueden puede qué que quién quien quiénes
            quienes se según ser si sí sido sin sobre son su sus también tanto te tiene tienen
            todo todos tras tu tus un una unas uno unos y ya yo""",
        "it": """a agli ai al alla alle allo anche avere aveva c che chi ci come con contro
            cosa così cui d da dagli dai dal dalla dalle dallo degli dei del della delle dello
            di dopo dove e è ed era erano essere fino fra gli ha hanno i il in io l la le lei
            li lo loro lui ma mentre mi molto ne negli nei nel nella nelle nello noi non nostro
            o ogni per perché però più prima qual quale quali quando quanta quante quanti
            quanto quella quelle quelli quello questa queste questi questo se sei senza si sia
            solo sono sopra sotto stato su sua sue sugli sui sul sulla sulle suo suoi ti tra tu
            tutti tutto un una uno vi voi""",
        "nl": """aan al alle alles als andere ben bij binnen dan dat de deze die dit door dus
            een eens elk elke en er ge geen had hadden heb hebben heeft het hier hij hoe
            hoeveel hun ik in is ja je kan kon kunnen maar me meer men met mij mijn moet na
            naar niet niets nog nu of om omdat onder ons onze ook op over per sinds te tegen
            tijdens toch toen tot tussen u uit uw van vanaf veel voor waar waarom wanneer want
            waren was wat welk welke werd werden wie wij wordt worden zal ze zich zij zijn zo
            zonder zou""",
        "pt": """a à ao aos as às até com como contra da das de dela dele deles depois do dos e
            é ela elas ele eles em entre era eram essa esse esta está estão este eu foi foram
            há isso isto já lhe lhes mais mas me mesmo meu minha muito na não nas nem no nos
            nós nossa nosso num numa o onde os ou para pela pelas pelo pelos por porque qual
            quais quando quanta quanto quantos quantas que quem são se seja sem ser seu seus só
            sob sobre sua suas também te tem têm ter teve tinha toda todas todo todos tu tua um
            uma você vocês""",
    }.items()
}


def stop_words_of(words: Iterable[str], *, language: str = "en") -> frozenset[str]:
    """Return the stop words of the language that `words` seem to be in.

    The list with the most hits wins; `language` wins a tie. A union of the lists would not do: the
    stop words of one language are content words of another (war, die, car, door, sin).
    """
    lowered = [word.casefold() for word in words]

    def hits(code: str) -> tuple[int, bool]:
        return sum(word in STOP_WORDS[code] for word in lowered), code == language

    return STOP_WORDS[max(STOP_WORDS, key=hits)]


def foreign_language(words: Sequence[str]) -> str | None:
    """Return the language of a text, None for English and where too few stop words tell.

    Single letters tell nothing: they are list marks and units in every language. One stop word
    again and again tells nothing either: addresses of web pages are full of the Portuguese `com`.

    Args:
        words: of the text, folded, without what is not letters.
    """
    told = [word for word in words if len(word) > 1]
    hits = {code: sum(word in listed for word in told) for code, listed in STOP_WORDS.items()}
    best = max(hits, key=lambda code: hits[code])
    leads = hits[best] > FOREIGN_LEAD * hits["en"] and hits[best] >= FOREIGN_SHARE * len(told)
    return best if leads and len(STOP_WORDS[best].intersection(told)) > 1 else None
