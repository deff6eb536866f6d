"""Tell which text an expression always is, by reading it."""

import ast
from collections.abc import Mapping


def text_of(node: ast.expr, texts: Mapping[str, str]) -> str | None:
    """Return the text that an expression always is; None where that is not known.

    `texts` says what names stand for, `NAME` by itself and `.NAME` of any module or object.
    """
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return texts.get(name)
        case ast.Attribute(attr=name):
            return texts.get(f".{name}")
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return text_of(value, texts)
        case ast.JoinedStr(values=parts):
            return _joined(parts, texts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], texts)
    return None


def texts_by_name(tree: ast.Module) -> dict[str, str]:
    """Return the names that a file's own statements give a text, and nothing else anywhere."""
    nodes = list(ast.walk(tree))
    bound = [node.id for node in nodes if isinstance(node, ast.Name) and _is_given(node)]
    bound += [node.arg for node in nodes if isinstance(node, ast.arg)]
    texts = {}
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
            ) if bound.count(name) == 1:
                texts[name] = text
    return texts


def _is_given(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)


def _joined(parts: list[ast.expr], texts: Mapping[str, str]) -> str | None:
    said = [text_of(each, texts) for each in parts]
    return None if None in said else "".join(filter(None, said))
