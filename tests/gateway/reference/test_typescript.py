"""The types and the example over them: taken by TypeScript's compiler at its strictest, and run against a server."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gateway.conftest import Server
from tests.gateway.scripted import ANSWER

TYPESCRIPT = "typescript@5.9.3"
FOLDER = Path(__file__).parents[3] / "clients" / "typescript"
SCRIPT = """
import { Refused, Vestibule, cited, modelNamed, switches } from "./example.js";
const house = new Vestibule(process.env.BASE_URL, process.env.API_KEY);
let streamed = "";
let report;
for await (const chunk of house.stream({ model: "auto", messages: [{ role: "user", content: "Why?" }] })) {
  streamed += chunk.choices[0]?.delta.content ?? "";
  report = chunk.vestibule ?? chunk.choices[0]?.vestibule ?? report;
}
const refused = await modelNamed(house, "no such/model").catch((error) => error);
console.log(JSON.stringify({
  asked: (await cited(house, "Why?")).text,
  streamed,
  class: report.privacy.class,
  switches: (await switches(house)).map((control) => control.id),
  owner: await modelNamed(house, "extractive"),
  refused: [refused instanceof Refused, refused.status, refused.error.code],
}));
"""

pytestmark = pytest.mark.needs_node


@pytest.fixture(scope="session")
def tsc(pytestconfig: pytest.Config) -> str:
    """The compiler of the machine, or one that is fetched once and kept with pytest's cache."""
    if found := shutil.which("tsc"):
        return found
    npm = shutil.which("npm")
    if npm is None or pytestconfig.cache is None:
        pytest.skip("neither tsc nor npm is on this machine")
    folder = pytestconfig.cache.mkdir("typescript")
    compiler = folder / "node_modules" / ".bin" / "tsc"
    if not compiler.exists():
        installing = [
            npm,
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            str(folder),
            TYPESCRIPT,
        ]
        try:
            done = subprocess.run(installing, capture_output=True, timeout=120, check=False, cwd=folder)
        except subprocess.TimeoutExpired:
            pytest.skip("TypeScript did not come in time")
        if done.returncode:
            pytest.skip("TypeScript cannot be fetched here")
    return str(compiler)


async def said_by(*command: str, **environment: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


@pytest.fixture(scope="session")
def compiled(tsc: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str]:
    """Where the example was compiled to, the compiler's exit status and what it said."""
    folder = tmp_path_factory.mktemp("compiled")
    shutil.copy(FOLDER / "package.json", folder)
    command = [tsc, "--project", str(FOLDER), "--noEmit", "false", "--outDir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return folder, done.returncode, done.stdout + done.stderr


def test_the_types_and_the_example_compile_strictly(compiled: tuple[Path, int, str]) -> None:
    assert compiled[1:] == (0, "")


async def test_what_is_wrong_does_not_compile(tsc: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "typescript")
    (folder / "wrong.ts").write_text(
        'import type { ChatBody, Surface } from "./vestibule.js";\n'
        'export const noMessages: ChatBody = { model: "auto" };\n'
        'export const noSuchField: ChatBody = { model: "auto", messages: [], temprature: 1 };\n'
        'export type Gone = Surface["GET /v1/nowhere"];\n',
        "utf-8",
    )
    status, said = await said_by(tsc, "--project", str(folder))
    assert status != 0
    assert [line for line in (2, 3, 4) if f"wrong.ts({line}," in said] == [2, 3, 4]


async def test_the_example_works(compiled: tuple[Path, int, str], server: Server) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not on this machine")
    script = compiled[0] / "run.js"
    script.write_text(SCRIPT, "utf-8")
    status, said = await said_by(
        *(node, str(script)), BASE_URL=f"http://127.0.0.1:{server.port}", API_KEY=server.key or ""
    )
    assert status == 0, said
    assert json.loads(said) == {
        "asked": ANSWER,
        "streamed": ANSWER,
        "class": "restricted",
        "switches": ["citations"],
        "owner": "vestibule",
        "refused": [True, 404, "not_found"],
    }
