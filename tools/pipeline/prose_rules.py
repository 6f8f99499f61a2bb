"""What a page may not say by itself: numbers and outcomes that no run has borne out.

The rules read words, and cannot know what a sentence means. CONTRIBUTING.md says what is left to a reader.
"""

import ast
import builtins
import re
from collections.abc import Iterator, Set

from pipeline.kinds_of_cells import EXPRESSION

# Digits that prose may hold, and why; any other number comes from a result. Prose is wrapped, so a space may be the end
# of a line.
ALLOWED_DIGITS = {
    r"(?<![\d.,])\d(?![\d.,]*\d)(?!\s?%)": "one digit alone: the name of a class, or a count by definition",
    r"\b(\d+)x\1\b": "the sides of a square image, by definition",
    r"\b(28|255)\b": "the side of an image and the largest uint8, by definition",
    r"\b(10|32|64|784)(-bit)?\b": "the sizes that define the networks and their numbers",
    r"\b(95|99\.9)\s%\s(prediction\s)?(interval|confidence)": "the level of an interval, by definition",
    r"\]\([^)]*\)": "the address of a link",
    r"\bSD-[13]\b|\bISO\s[\d-]+|\bUTF-8\b|\bAVX2\b|\bSHA-256\b": "the name of a thing",
    r"\bPython\s3\.1\d\b": "a version that the set-up asks for",
    r"\bCC\sBY(-SA)?\s\d\.0\b": "the name of a licence",
    r"^(`{3,}|:{3,})\{.*$|^:[\w-]+:.*$": "a directive or its option: how the page looks",
}
# Code and formulas are quoted: the numbers in them stand in the code beside them, too.
QUOTED = re.compile(r"`[^`\n]+`|\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:[.,]\d+)*(?:e-?\d+)?(?!\w)")
VERSION = re.compile(r"\d+\.\d+\.\d.*|3\.1\d")  # of a program, as in a command

_COUNT = (
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?"
)
_ROUND = r"dozens?|hundreds?|thousands?|millions?|billions?"
_PART = r"half|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|hundredths?|thousandths?"
_AMOUNT = rf"(?:\d[\d.,]*|{_COUNT}|{_ROUND}|{_PART})"
_MEASURED = "errors?|mistakes|error rate|accuracy|loss|time|speed|seconds|work|memory|multiply-adds|gap|advantage"
# Amounts in words, where a run would have to give them.
AMOUNTS = re.compile(
    rf"\b(?:twice|thrice|half|(?:an? )?(?:{_AMOUNT}|many|several) times|(?:an?|{_COUNT}) (?:{_PART}))"
    rf" (?:as \w+|more|less|fewer|\w+er|(?:the|its|their) (?:{_MEASURED}))\b"
    rf"|\b(?:{_COUNT}|hundred)-?fold\b|\b(?:doubles|doubled|triples|tripled|halves|halved)\b"
    rf"|\b{_AMOUNT}(?: of an?)?(?: (?:{_ROUND}|more|fewer|further|percentage))*"
    r" (?:errors?|mistakes?|per ?cent|points?|seconds?)\b"
    rf"|\b(?:{_PART}) of (?:the|all|its|their) (?:test )?(?:errors|mistakes|digits|images|drawings|seeds|runs)\b"
    rf"|\b(?:{_PART}) of (?:the|all|its|their) (?:{_MEASURED}|parameters|weights)\b|\bcut in half\b"
    rf"|\b(?:one|{_COUNT})(?: \w+)? (?:in|of|out of) (?:every |an? )?(?:ten|twenty|ten thousand|hundred|thousand)\b"
    rf"|\b(?:takes?|took|needs?) (?:about |almost |nearly |over |under )?(?:{_AMOUNT}) (?:minutes|hours)\b",
    re.IGNORECASE,
)

# Words that state the outcome of a run: they belong into claim("...").
OUTCOMES = re.compile(
    r"\b(most (often |frequently )?(confused|confident|frequent|common)|(larger|smaller|higher|lower|better|worse|more"
    r" accurate|less accurate|faster|slower|fewer errors|more errors) than|the (best|worst|largest|smallest|highest"
    r"|lowest|easiest|hardest|rarest|fastest|slowest)|outperforms?|beats?|wins|over-?fits)\b",
    re.IGNORECASE,
)
_VERB = (
    "is|are|was|were|does|did|gets?|got|makes?|made|reads?|scores?|scored|performs?|performed|works?|learns?|learned"
    "|falls?|fell|comes? out|came out|becomes?|stays?|stayed|ends?|has|have|had|remains?|runs?|ran|takes?|took"
)
_BETWEEN = "much|far|a little|slightly|clearly|always|often|even|still|also|not|an?|the|by far|no|about|hardly|now|only"
_BETTER = (
    "better|worse|best|worst|faster|slower|fastest|slowest|higher|lower|highest|lowest|sooner|later"
    "|(?:more|less|most|least) (?:accurate|robust|sure|certain|confident|reliable|probable|often)"
    "|(?:more|fewer|most|fewest) (?:errors|mistakes|digits|points|images)"
)
_ACTOR = (
    r"CNNs?|networks?|models?|sharing|augmentation|dropout|normali[sz]ation|convolutions?|pooling|rules?|recipes?|race"
    r"|accuracy|loss|training|Adam|it|they|both|neither|each|others?|layers?|variations?|changes?|units?|regularization|moves?"
)
_EFFECT = (
    "helps?|helped|hurts?|loses?|lost|suffers?|suffered|gains?|gained|fails?|failed|improves?|improved"
    "|falls? behind|fell behind|ruins?|cures?"
)
# In a question or a case that somebody supposes these state nothing, so they are looked for in statements only.
STATED_OUTCOMES = re.compile(
    "|".join(
        rf"\b(?:{words})\b"
        for words in (
            rf"(?:{_VERB})(?: (?:{_BETWEEN}))* (?:{_BETTER})",
            rf"(?:{_VERB})(?: (?:{_BETWEEN}))* (?:ahead(?! by)|equally (?:good|accurate|fast)|no difference|superior)",
            rf"(?:{_ACTOR})(?: (?:{_BETWEEN}))* (?:{_EFFECT})",
            r"(?:does|do|did) not (?:help|hurt|suffer|improve|lose|fall|rise)",
            r"(?:drops?|rises?|falls?|grows?|shrinks?|rose|fell|grew) (?:sharply|steeply|slowly|fast|faster)",
            r"(?:keeps?|stops?) (?:falling|rising|growing|improving)",
            r"(?:gap|gain|effect|difference|advantage) (?:is|was) (?:small|large|tiny|huge|great)",
            r"matters? (?:most|least|more|less|little)",
        )
    ),
    re.IGNORECASE,
)
# Words that hold by definition or in general, and why.
ALLOWED_WORDS = {
    "the largest of": "the definition of maximum",
    "the largest value": "the definition of maximum",
    "the smallest and the largest value": "the definitions of minimum and maximum",
    "from the lowest to the highest": "the edges of a band, by definition",
    "the highest probability": "the definition of the predicted class",
    "nineteen in twenty": "the level of an interval, by definition",
    "nineteen of twenty": "the level of an interval, by definition",
    "one case of twenty": "the level of a test, by definition",
    "two in a hundred": "the price at which rules are compared, by definition",
    "one, two or five in a hundred": "the prices at which rules are compared, by definition",
    "differ by a tenth of a percentage point": "a difference that is supposed",
    "helps by a tenth of a percentage point": "a difference that is supposed",
    "for a tenth of a point": "a difference that is supposed",
    "a tenth of a point takes": "a difference that is supposed",
    "a quarter of the errors of the book's": "a network that is supposed",
    "nine cases of ten": "the definition of calibrated",
    "at least one of ten CNNs": "the number before it comes from the run",
    "if they are equally good": "a case that is supposed",
    "if there were no difference": "a case that is supposed",
    "ten times as many images": "arithmetic of a power law",
    "each step is twice as long": "arithmetic of a pooling",
    "corruptions the CNN makes fewer errors": "the number before it comes from the run",
    "further up and further left is better": "how to read a figure",
}
_ALLOWED = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ALLOWED_WORDS))})\b", re.IGNORECASE)


def prose_problems(template: str, where: str, quotable: Set[float] = frozenset()) -> list[str]:
    """Numbers and outcomes that are typed into prose instead of rendered from a result.

    Parameters
    ----------
    template : str
        The prose, with its ``{{ ... }}``.
    where : str
        Names it in the messages.
    quotable : set of float
        The numbers of the code beside it, from `numbers_in`: code and formulas may quote these.
    """
    written = EXPRESSION.sub("", template)
    written = re.sub(r"^```(?!\{).*?^```", "", written, flags=re.DOTALL | re.MULTILINE)  # code; a directive holds prose
    text = re.sub(r"\{%.*?%\}", "", written, flags=re.DOTALL)
    own = _without_cases(text)
    stated = re.sub(r'"[^"\n]*"|[^.!?:;|\n]*\?(?!\w)', " ", QUOTED.sub(" ", own))  # who quotes or asks states nothing
    words = [*_words(OUTCOMES, text), *_words(STATED_OUTCOMES, stated)]
    found = [f"{where}: {word!r} states an outcome: put it into claim(...) with an assertion" for word in words]
    found += [f"{where}: the amount {word!r} is typed: render or claim it" for word in _words(AMOUNTS, stated)]
    found += [f"{where}: {one} is typed into an expression: render a result" for one in _literals(template)]
    for span in QUOTED.findall(own):
        found += [
            f"{where}: the number {number!r} in {span} is not in the code: render it from a result"
            for number in NUMBER.findall(span)
            if _typed(number) and not VERSION.fullmatch(number) and _value(number) not in quotable
        ]
    return found + [f"{where}: the number {number!r} is typed: render it from a result" for number in _typed(written)]


def claim_problems(code: str, where: str) -> list[str]:
    """Claims and numbers of a chapter that hold whatever a run gives, a line each."""
    tree, found = ast.parse(code), []
    fixed = _fixed_names(tree)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr == "claim":
            line = ast.unparse(call)
            *_, condition = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(_is_fixed(part, fixed) for part in _parts(condition)):
                found.append(f"{where}: {line} holds whatever the run gives: compare with a result")
            found += [
                f"{where}: {line} has the number {number!r} in its words: render it beside the claim"
                for argument in call.args[:1]
                if isinstance(argument, ast.Constant)
                for number in _typed(str(argument.value))
            ]
        elif call.func.attr in ("add", "measure") and ast.unparse(call.func.value) == "page":
            found += [
                f"{where}: page.{call.func.attr}({keyword.arg}={ast.unparse(keyword.value)}) is typed: compute it"
                for keyword in call.keywords
                if keyword.arg not in ("atol", "count_atol") and _is_fixed(keyword.value, set())
            ]
    return found


def numbers_in(code: str) -> set[float]:
    """The numbers that stand in code, those in its texts included."""
    values = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    numbers = {float(value) for value in values if isinstance(value, int | float)}
    texts = " ".join(value for value in values if isinstance(value, str))
    return numbers | {_value(number) for number in NUMBER.findall(texts)}


def _without_cases(text: str) -> str:
    """A text without its exercises and its questions to think about: they suppose cases, whose numbers are made up."""
    if text.lstrip().startswith("**Exercise"):
        return ""
    return re.sub(r"^## Questions to think about.*?(?=^## |\Z)", "", text, flags=re.DOTALL | re.MULTILINE)


def _words(pattern: re.Pattern, text: str) -> Iterator[str]:
    """What a pattern finds in a text, but for what is allowed."""
    text = " ".join(text.split())
    matches = list(pattern.finditer(text))
    allowed = [match.span() for match in _ALLOWED.finditer(text)] if matches else []
    for match in matches:
        if not any(start < match.end() and match.start() < end for start, end in allowed):
            yield match.group()


def _typed(text: str) -> list[str]:
    """The numbers in a text that is not code, but for those that are allowed."""
    text = QUOTED.sub(" ", text)
    text = re.sub(r"</?[a-z][^<>\d]*>", " ", text)  # HTML
    for pattern in ALLOWED_DIGITS:
        text = re.sub(pattern, " ", text, flags=re.MULTILINE)
    return re.findall(r"\S*[\d¼-¾⅐-⅞]\S*", text)


def _literals(template: str) -> Iterator[str]:
    """The expressions of a template that name nothing: what they print was typed."""
    for expression in EXPRESSION.findall(template):
        bare = re.sub(r"""\|.*|"[^"]*"|'[^']*'""", "", expression, flags=re.DOTALL)
        if not re.search(r"[^\W\d]", bare):
            yield expression


def _value(number: str) -> float:
    try:
        return float(number.replace("_", "").replace(",", ""))
    except ValueError:
        return float("nan")  # equal to none


def _fixed_names(tree: ast.Module) -> set[str]:
    """The names to which a chapter assigns constants only."""
    assigned: dict[str, list[ast.expr | None]] = {}
    plain = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    plain.add(target)
                    assigned.setdefault(target.id, []).append(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in plain:
            assigned.setdefault(node.id, []).append(None)  # by a loop, in a tuple, and so on: not looked into
    fixed: set[str] = set()
    while more := {
        name
        for name, values in assigned.items()
        if name not in fixed and all(value is not None and _is_plain(value, fixed) for value in values)
    }:
        fixed |= more
    return fixed


def _is_plain(expression: ast.expr, fixed: Set[str]) -> bool:
    """Whether it is fixed and stays so: a list or what a call returns may be filled later."""
    filled = (ast.Call, ast.Dict, ast.List, ast.Set)
    return _is_fixed(expression, fixed) and not any(isinstance(node, filled) for node in ast.walk(expression))


def _is_fixed(expression: ast.expr, fixed: Set[str]) -> bool:
    names = (node.id for node in ast.walk(expression) if isinstance(node, ast.Name))
    return all(name in fixed or hasattr(builtins, name) for name in names)


def _parts(condition: ast.expr) -> Iterator[ast.expr]:
    """A condition and, below its ``and`` and ``or``, each of its parts; a thing compared with itself is ``True``."""
    yield condition
    for node in ast.walk(condition):
        if isinstance(node, ast.BoolOp):
            yield from node.values
        if isinstance(node, ast.Compare) and ast.dump(node.left) in map(ast.dump, node.comparators):
            yield ast.Constant(True)
