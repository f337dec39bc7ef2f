"""The house has an order: a room imports only what lies before it, and the columns never meet."""

import ast
import subprocess
import sys
from pathlib import Path

import sanctrail

ROOT = Path(sanctrail.__file__).parent
ORDER = (
    "errors",
    "ground",
    "text",
    "addresses",
    "names",
    "evidence",
    "lists",
    "register",
    "parties",
    "regimes",
    "screening",
    "ledger",
    "attribution",
    "tracing",
    "cases",
    "exposure",
    "report",
    "demo",
    "cli",
)
REGISTER_COLUMN = {"names", "evidence", "lists", "register", "parties", "regimes", "screening"}
MONEY_COLUMN = {"ledger", "attribution", "tracing"}
LIBRARY = {
    "duckdb": {"ground"},
    "lxml": {"lists"},
    "python_calamine": {"ground"},
    "httpx": {"lists"},
    "typer": {"cli"},
    "rich": {"ground", "cli"},
}


def imports():
    """Yield (module, name imported) for every import in the package, wherever it stands."""
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                yield module, node.module or ""
            elif isinstance(node, ast.Import):
                yield from ((module, alias.name) for alias in node.names)


def rooms():
    for module, imported in imports():
        if imported.startswith("sanctrail."):
            yield module.split(".")[0], imported.split(".")[1]


def test_every_room_stands_in_the_order():
    found = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found - {"__init__", "__pycache__", "data", "py"} == set(ORDER)


def test_a_room_imports_only_what_lies_before_it():
    wrong = [
        f"{room} imports {other}"
        for room, other in rooms()
        if room != "__init__" and ORDER.index(other) > ORDER.index(room)
    ]
    assert wrong == []


def test_the_two_columns_never_import_each_other():
    met = [
        (room, other)
        for room, other in rooms()
        if (room in REGISTER_COLUMN and other in MONEY_COLUMN)
        or (room in MONEY_COLUMN and other in REGISTER_COLUMN)
    ]
    assert met == []


def test_the_engine_the_xml_and_the_command_line_stay_in_their_rooms():
    wrong = [
        (module, imported)
        for module, imported in imports()
        for library, allowed in LIBRARY.items()
        if imported.split(".")[0] == library and module.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_modules_within_a_room_do_not_import_in_a_circle():
    graph: dict[str, set[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        module = "sanctrail." + ".".join(path.relative_to(ROOT).with_suffix("").parts)
        top = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.ImportFrom)]
        graph[module] = {n.module for n in top if n.module and n.module.startswith("sanctrail")}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"circle: {' -> '.join((*way, module))}"
        if module in done or module not in graph:
            return
        for other in sorted(graph[module]):
            visit(other, (*way, module))
        done.add(module)

    for module in graph:
        visit(module, ())


def test_asking_for_help_imports_nothing_heavy():
    code = (
        "import sys; from sanctrail.cli.app import app; "
        "print(sorted({'duckdb', 'pyarrow', 'numpy', 'lxml', 'rapidfuzz', 'typst', 'fontTools', "
        "'httpx', 'jinja2', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
