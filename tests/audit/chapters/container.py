"""A page in a file: segments, blocks, prose, decoys, encodings.

`marked_text` returns the whole document with the writer's marks; `encoded` its bytes.  Decoys are wrong formulas
where no formula is read: in code, in comments, between escaped dollars.
"""

from __future__ import annotations

import json

from chapters import formulas as f
from chapters.writer import marked

STATEMENT = 3000  # marks of whole statements count from here
PROSE = {
    "en": ("We now look at the next step:", "From this it follows that", "As before,", "The café example goes on:"),
    "pt": (
        "Agora vem a operação seguinte:",
        "Daí se vê que é",
        "Então, como já vimos,",
        "A atenção é calculada assim:",
    ),
}
AND = {"en": "\\text{ and }", "pt": "\\text{ e }"}
DECOY = "$1 + 1 = 7$"
DISPLAYED = {"dollars", "bracket"}


def line(writer, statement, index):
    """Return a statement on one line, or its lines if the style breaks them."""
    style = writer.style
    signs = {"defined": "defined", "rounded": "rounded"}
    parts = []
    broken = style.chain == "broken" and len(statement.sides) > 2 and style.many_lines
    if style.many_lines:
        writer.chosen("chain")
    for i, side in enumerate(statement.sides):
        if i:
            relation = statement.relations[i - 1]
            relation = {"\\le": style.less, "\\ge": "\\g" + style.less[2:]}.get(relation, relation)
            relation = writer.chosen(signs[relation]) if relation in signs else relation
            mark = "&" if style.many_lines and (i == 1 or broken) else ""
            parts.append((" \\\\\n" if broken and i > 1 else " ") + mark + relation + " ")
        writer.braced = i > 0 and isinstance(side, f.Add)
        text = writer.write(side)
        if i and i == len(statement.sides) - 1 and isinstance(side, f.Spot) and side.kind in {"result", "again"}:
            how = writer.chosen("emphasis")
            text = text if how == "plain" else f"{how}{{{text}}}"
        parts.append(text)
    return marked(STATEMENT + index, "".join(parts))


def segments(writer, page):
    """Return the formulas of a page, some of them several statements joined by the style's separator."""
    style, random = writer.style, page.random
    lines = [line(writer, statement, i) for i, statement in enumerate(page.statements)]
    joined, at = [], 0
    single = style.math in {"equation", "$$equation", "$$aligned", "$$align", "align", "align*", "gather", "$$gather"}
    while at < len(lines):
        take = 2 if random.random() < 0.5 else 1
        part = lines[at : at + take]
        at += take
        if len(part) == 1 or (style.separator == "apart" and "gather" not in style.math and not style.many_lines):
            joined += part
            if style.separator == "apart":
                writer.chosen("separator")
        elif style.many_lines or "gather" in style.math:
            joined.append(" \\\\\n".join(part))
        elif single:
            joined += part
        else:
            how = writer.chosen("separator")
            between = {"and": AND[style.language], ";": "; ", ",": ", "}.get(how, f" {how} ")
            joined.append(between.join(part))
    return joined


def segment(writer, formula):
    """Return a formula between its signs, and whether it stands in lines of its own."""
    how = writer.chosen("math")
    match how:
        case "dollar":
            return f"${formula}$", False
        case "dollars in line":
            return f"$${formula}$$", False
        case "paren":
            return f"\\({formula}\\)", False
        case "dollars":
            return f"$$\n{formula}\n$$", True
        case "bracket":
            return f"\\[\n{formula}\n\\]", True
    name = how.removeprefix("$$")
    text = f"\\begin{{{name}}}\n{formula}\n\\end{{{name}}}"
    return (f"$$\n{text}\n$$" if how.startswith("$$") else text), True


def blocks(writer, page):
    """Return the document's blocks: prose and formulas in the style's kind of block."""
    style, random = writer.style, page.random
    prose = PROSE[writer.chosen("language")]
    out = []
    for formula in segments(writer, page):
        text, displayed = segment(writer, formula)
        words = random.choice(prose)
        body = f"{words}\n\n{text}" if displayed else f"{words} {text}."
        block = style.block
        if block == "table" and ("|" in text or "\n" in text):
            block = "paragraph"
        if style.file != "tex":
            writer.used["block", block] += 1
        out.append(_block(block, words, text, body, tex=style.file == "tex"))
    return out


def _block(block, words, text, body, *, tex):
    if tex:
        item = {"list": "itemize", "numbered": "enumerate"}.get(block)
        return f"\\begin{{{item}}}\n\\item {body}\n\\end{{{item}}}" if item else body
    lines = body.split("\n")
    if block in {"list", "numbered"}:
        first = "- " if block == "list" else "1. "
        indent = " " * len(first)
        return "\n".join([first + lines[0], *(indent + x if x else "" for x in lines[1:])])
    if block == "quote":
        return "\n".join(f"> {x}".rstrip() for x in lines)
    if block == "table":
        return f"| {words} | x |\n|---|---|\n| {text} | `{DECOY}` |"
    return body


def decoys(kind):
    """Return blocks in which nothing is to be read."""
    if kind == "tex":
        return [f"% {DECOY}", f"\\begin{{verbatim}}\n{DECOY}\n\\end{{verbatim}}", "It costs 5\\$ or $x$."]
    return [
        f"```python\n# {DECOY}\nassert 1 + 1 == 3\n```",
        f"The span `{DECOY}` is code.",
        f"<!-- {DECOY} -->",
        f"Below is indented code.\n\n    {DECOY}",
        "It costs \\$1 + 1 = 3\\$ in all.",
    ]


def marked_text(writer, page):
    """Return the document's text (for a notebook its JSON) with marks."""
    style, random = writer.style, page.random
    kind = writer.chosen("file")
    body = blocks(writer, page)
    for decoy in random.sample(decoys(kind), 2):
        body.insert(random.randint(0, len(body)), decoy)
    if kind == "ipynb":
        return notebook(body, random)
    text = "\n\n".join(body) + "\n"
    if kind == "tex":
        text = (
            f"\\documentclass{{article}}\n\\usepackage{{amsmath}}\n\\begin{{document}}\n\n{text}\n\\end{{document}}\n"
        )
    else:
        text = f"# {'Exercício' if style.language == 'pt' else 'Exercise'}\n\n{text}"
    return text.replace("\n", "\r\n") if writer.chosen("line_end") == "crlf" else text


def notebook(body, random):
    """Return a notebook: Markdown cells of a few blocks, and code cells that say what is wrong."""
    cells, at = [], 0
    while at < len(body):
        take = random.randint(1, 4)
        text = "\n\n".join(body[at : at + take])
        at += take
        source = text.splitlines(keepends=True) if random.random() < 0.8 else text
        cells.append({"cell_type": "markdown", "metadata": {}, "source": source})
        if random.random() < 0.3:
            code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
            cells.append({**code, "source": [f"# {DECOY}\n", "print(1 + 1)"]})
    page = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def encoded(text, encoding):
    """Return a text's bytes; mac-roman and cp1252 stand for UTF-8 that was read as that and saved again."""
    if encoding in {"mac-roman", "cp1252"}:
        return text.encode().decode(encoding.replace("-", "_")).encode()
    return text.encode(encoding)


def decoded(data, encoding):
    """Return the text of such bytes."""
    if encoding in {"mac-roman", "cp1252"}:
        return data.decode().encode(encoding.replace("-", "_")).decode()
    return data.decode(encoding)
