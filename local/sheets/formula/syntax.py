"""A formula's text as a tree. What it means is said in evaluate.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from openpyxl.formula.tokenizer import Token

from local.sheets.formula.data import Fault
from local.sheets.formula.references import Ref, parse, tokens


@dataclass(frozen=True, slots=True)
class Literal:
    value: float | str | bool | Fault | None


@dataclass(frozen=True, slots=True)
class Reference:
    ref: Ref


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with one operand or two; "%" stands behind its one."""

    sign: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class FunctionCall:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Braces:
    """{1,2;3,4}"""

    rows: tuple[tuple[Node, ...], ...]


Node = Literal | Reference | Name | Operation | FunctionCall | Braces
BLANK = Literal(None)
BINDING = {"^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2, "=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1}


class NotAFormula(ValueError):
    """The text breaks the grammar; the cell shows #ERROR!."""


@lru_cache(maxsize=4096)
def tree(formula: str) -> Node:
    """Read a formula with its "=". Raises NotAFormula."""
    try:
        found = [token for token in tokens(formula) if token.type != Token.WSPACE]
    except ValueError as error:
        raise NotAFormula(formula) from error
    reader = _Reader(found)
    node = reader.expression(0)
    if reader.next is not None:
        raise NotAFormula(formula)
    return node


class _Reader:
    """Precedence climbing; a sign before an operand binds closer than any operator, as in Sheets."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0

    @property
    def next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> Token:
        token = self.next
        if token is None:
            raise NotAFormula("the formula ends too early")
        self._at += 1
        return token

    def expression(self, least: int) -> Node:
        node = self._operand()
        while (token := self.next) is not None and token.type == Token.OP_IN:
            binding = BINDING.get(token.value)
            if binding is None:
                raise NotAFormula(token.value)
            if binding < least:
                break
            self._at += 1
            node = Operation(token.value, (node, self.expression(binding + 1)))
        return node

    def _operand(self) -> Node:
        token = self._take()
        if token.type == Token.OP_PRE:
            return Operation(token.value, (self._operand(),))
        node = self._plain(token)
        while (after := self.next) is not None and after.type == Token.OP_POST:
            self._at += 1
            node = Operation("%", (node,))
        return node

    def _plain(self, token: Token) -> Node:
        if token.type == Token.OPERAND:
            return _leaf(token)
        if token.type == Token.PAREN and token.subtype == Token.OPEN:
            node = self.expression(0)
            self._close(Token.PAREN)
            return node
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            return FunctionCall(token.value[:-1].upper(), self._arguments())
        if token.type == Token.ARRAY and token.subtype == Token.OPEN:
            return self._braces()
        raise NotAFormula(token.value)

    def _close(self, kind: str) -> None:
        token = self._take()
        if token.type != kind or token.subtype != Token.CLOSE:
            raise NotAFormula(token.value)

    def _ends(self, kind: str) -> bool:
        token = self.next
        return token is not None and token.type == kind and token.subtype == Token.CLOSE

    def _arguments(self) -> tuple[Node, ...]:
        if self._ends(Token.FUNC):
            self._at += 1
            return ()
        found = [self._argument()]
        while (token := self._take()).type == Token.SEP:
            found.append(self._argument())
        if token.type != Token.FUNC or token.subtype != Token.CLOSE:
            raise NotAFormula(token.value)
        return tuple(found)

    def _argument(self) -> Node:
        """An argument that is left out is a blank: =IF(A1="",,B1)."""
        token = self.next
        if token is not None and (token.type == Token.SEP or self._ends(Token.FUNC)):
            return BLANK
        return self.expression(0)

    def _braces(self) -> Node:
        rows: list[list[Node]] = [[self.expression(0)]]
        while (token := self._take()).type == Token.SEP:
            if token.subtype == "ROW":
                rows.append([])
            rows[-1].append(self.expression(0))
        if token.type != Token.ARRAY or token.subtype != Token.CLOSE:
            raise NotAFormula(token.value)
        return Braces(tuple(tuple(row) for row in rows))


def _leaf(token: Token) -> Node:
    if token.subtype == Token.NUMBER:
        return Literal(_number(token.value))
    if token.subtype == Token.TEXT:
        return Literal(token.value[1:-1].replace('""', '"'))
    if token.subtype == Token.LOGICAL:
        return Literal(token.value.upper() == "TRUE")
    if token.subtype == Token.ERROR:
        return Literal(Fault(token.value))
    ref = parse(token.value)
    return Reference(ref) if ref is not None else Name(token.value)


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
