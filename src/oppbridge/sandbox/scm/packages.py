"""The data management package API: whole entities out of and into the service as zipped CSV.

Work is done at once and shown as done after `assumptions.package_seconds` of sandbox time. Columns
are named in upper case and values are as on the wire (both assumed); the company is a parameter.
"""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..database import Row
from .blobs import Blobs
from .draft import Twin
from .reading import visible
from .refusals import Malformed, Missing, Refused, told
from .schema import Entity
from .values import accept
from .writing import Writer

SET = "DataManagementDefinitionGroups"
STATUSES = (
    "Unknown",
    "NotRun",
    "Executing",
    "Succeeded",
    "PartiallySucceeded",
    "Failed",
    "Canceled",
)
_NUMERIC = "nil"


@dataclass(slots=True)
class Project:
    """A data project.

    Which entities, and whether an export holds only what changed since the last.
    """

    entities: tuple[str, ...]
    incremental: bool = False
    exported: dict[str, int] = field(default_factory=dict)  # row version reached, by company


@dataclass(slots=True)
class Execution:
    """One run of a project."""

    began: float
    outcome: str
    package: str = ""  # address of the exported file
    errors: dict[str, list[tuple[Row, str]]] = field(default_factory=dict)


class Packages:
    """Projects and their runs; forgotten with the process."""

    def __init__(self, twin: Twin, writer: Writer) -> None:
        self.blobs = Blobs(twin.clock)
        self.projects: dict[str, Project] = {}
        self._twin = twin
        self._writer = writer
        self._runs: dict[str, Execution] = {}
        self._actions: Mapping[str, Callable[[str, Mapping[str, Any]], Any]] = {
            "GetAzureWriteUrl": self._write_url,
            "ExportToPackage": self._export,
            "ImportFromPackage": self._import,
            "ImportFromPackageAsync": self._import,
            "GetExportedPackageUrl": lambda _, body: self._run(body).package,
            "GetExecutionSummaryStatus": lambda _, body: self._status(self._run(body)),
            "GetExecutionErrors": lambda _, body: _texts(self._run(body)),
            "GenerateImportTargetErrorKeysFile": lambda _, body: bool(self._failed(body)),
            "GetImportTargetErrorKeysFileUrl": self._error_keys,
        }

    def act(self, name: str, body: Mapping[str, Any], base: str) -> Any:
        """The value an action of the definition groups answers with. Raises `Missing`."""
        if name not in self._actions:
            raise Missing
        return self._actions[name](base, body)

    def _write_url(self, base: str, body: Mapping[str, Any]) -> str:
        name = f"{uuid.uuid4()}-{body.get('uniqueFileName', 'package')}"
        url = self.blobs.add(base, name)
        return orjson.dumps({"BlobId": f"{{{uuid.uuid4()}}}", "BlobUrl": url}).decode()

    def _begin(self, body: Mapping[str, Any], outcome: str) -> tuple[str, Execution]:
        number = str(body.get("executionId") or uuid.uuid4())
        run = self._runs[number] = Execution(self._twin.clock.time(), outcome)
        return number, run

    def _run(self, body: Mapping[str, Any]) -> Execution:
        run = self._runs.get(str(body.get("executionId")))
        if run is None:
            raise told("related", value=body.get("executionId"), field="Execution", table="Jobs")
        return run

    def _status(self, run: Execution) -> str:
        passed = self._twin.clock.time() - run.began
        whole = self._twin.assumptions.package_seconds
        if passed >= whole:
            return run.outcome
        return "NotRun" if passed < whole / 2 else "Executing"

    def _project(self, body: Mapping[str, Any]) -> Project:
        name = str(body.get("definitionGroupId"))
        if name not in self.projects:
            raise told("related", value=name, field="Definition group", table="Data projects")
        return self.projects[name]

    def _export(self, base: str, body: Mapping[str, Any]) -> str:
        project, company = self._project(body), str(body.get("legalEntityId", ""))
        number, run = self._begin(body, "Succeeded")
        since = project.exported.get(company, 0) if project.incremental else 0
        project.exported[company] = self._twin.rows.database.versions.last
        files = {}
        for name in project.entities:
            entity = self._twin.rows.schema.entities[name]
            files[entity.title] = _csv(entity, self._changed(entity, company, since))
        run.package = self.blobs.add(base, f"{number}.zip", _zip(files))
        return number

    def _changed(self, entity: Entity, company: str, since: int) -> list[Row]:
        where, params = '"_version" > ?', (since, *((company,) if entity.by_company else ()))
        where += ' AND "dataAreaId" = ?' if entity.by_company else ""
        return self._twin.rows.select(entity.name, visible(entity), where, params)

    def _import(self, base: str, body: Mapping[str, Any]) -> str:
        project = self._project(body)
        content = self.blobs.content(str(body.get("packageUrl")))
        number, run = self._begin(body, "Failed")
        if content is None:
            return number
        done = 0
        for name in project.entities:
            entity = self._twin.rows.schema.entities[name]
            for row in _read(entity, content):
                try:
                    self._put(entity, row, str(body.get("legalEntityId", "")))
                    done += 1
                except (Refused, Malformed) as problem:
                    run.errors.setdefault(name, []).append((row, _why(problem)))
        failed = sum(map(len, run.errors.values()))
        run.outcome = "Succeeded" if not failed else "PartiallySucceeded" if done else "Failed"
        return number

    def _put(self, entity: Entity, row: Row, company: str) -> None:
        """One row of a file: changed where its key is there, else created."""
        if entity.by_company:
            row = {**row, "dataAreaId": company}
        values = {name: _plain(value, entity, name) for name, value in row.items()}
        key = tuple(
            accept(values.get(name, ""), entity.columns[name], entity, self._twin.rows.schema)
            for name in entity.key
        )
        with self._twin.rows.database.transaction():
            if self._twin.rows.get(entity.name, key, entity.key) is None:
                self._writer.create(entity, values, company, None)
            else:
                self._writer.update(entity, key, values)

    def _failed(self, body: Mapping[str, Any]) -> list[tuple[Row, str]]:
        title = str(body.get("entityName"))
        entities = self._twin.rows.schema.entities
        errors = self._run(body).errors
        return next((rows for name, rows in errors.items() if entities[name].title == title), [])

    def _error_keys(self, base: str, body: Mapping[str, Any]) -> str:
        failed = self._failed(body)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([*row.values(), why] for row, why in failed)
        return (
            self.blobs.add(base, f"{uuid.uuid4()}.csv", text.getvalue().encode()) if failed else ""
        )


def _csv(entity: Entity, rows: list[Row]) -> str:
    names = [name for name in visible(entity) if name != "dataAreaId"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(name.upper() for name in names)
    writer.writerows([row[name] for name in names] for row in rows)
    return text.getvalue()


def _zip(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("Manifest.xml", "<DataManagementPackageManifest/>")
        package.writestr("PackageHeader.xml", "<DataManagementPackageHeader/>")
        for title, text in files.items():
            package.writestr(f"{title}.csv", text)
    return out.getvalue()


def _read(entity: Entity, content: bytes) -> Iterator[Row]:
    """Rows of one entity's file in a package; none where the package has no such file."""
    names = {name.upper(): name for name in visible(entity)}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if f"{entity.title}.csv" not in package.namelist():
            return
        text = package.read(f"{entity.title}.csv").decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text)):
        yield {names.get(name.upper(), name): value for name, value in row.items()}


def _plain(value: str, entity: Entity, name: str) -> Any:
    column = entity.columns.get(name)
    if column is None or column.kind not in _NUMERIC:
        return value or None
    return orjson.loads(value) if value else None


def _why(problem: Refused | Malformed) -> str:
    if isinstance(problem, Refused):
        return "; ".join(line.text("en-us") for line in problem.lines)
    return str(problem)


def _texts(run: Execution) -> str:
    found = [{"entity": name, "error": why} for name, rows in run.errors.items() for _, why in rows]
    return orjson.dumps(found).decode()
