"""Routes of ours: each is made once for all apps of a process, and worked out when somebody first asks for it."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.params import Depends as Looked
from fastapi.routing import APIRoute
from starlette.datastructures import URLPath
from starlette.routing import Match, NoMatchFound, compile_path, get_name
from starlette.types import Scope

from shared.access.opening import let_in
from shared.web.desk import known_questions

AT_EVERY_ROUTE: Sequence[Looked] = (Depends(let_in), Depends(known_questions))
"""What is looked at before any route is."""
OF_THE_PATH = ("path_regex", "path_format", "param_convertors")


class Route(APIRoute):
    """A route that knows where it is; what FastAPI has to find out about its function waits until it is needed.

    That takes milliseconds, and of hundreds of routes most are asked for long after the start of a process, or never.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        self.path, self.endpoint, self.told = path, endpoint, told
        self.name = told.get("name") or get_name(endpoint)
        self.methods = {method.upper() for method in told.get("methods") or ("GET",)}
        self.include_in_schema = told.get("include_in_schema", True)
        self.begins = path.partition("{")[0]

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not worked out yet."""
        if name.startswith("__"):
            raise AttributeError(name)
        if name in OF_THE_PATH:
            self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
        else:
            looked_at = [*AT_EVERY_ROUTE, *self.told.get("dependencies", ())]
            super().__init__(self.path, self.endpoint, **{**self.told, "dependencies": looked_at})
        return object.__getattribute__(self, name)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not scope.get("root_path") and not scope["path"].startswith(self.begins):
            return Match.NONE, {}
        return super().matches(scope)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        if name != self.name:
            raise NoMatchFound(name, path_params)
        return super().url_path_for(name, **path_params)


class Routes(APIRouter):
    """A router whose routes are ours; every one of them is looked at by AT_EVERY_ROUTE before anything else."""

    def __init__(
        self,
        prefix: str = "",
        tags: Sequence[str | Enum] = (),
        dependencies: Sequence[Looked] = (),
        include_in_schema: bool = True,
    ) -> None:
        super().__init__(
            prefix=prefix,
            tags=[*tags],
            dependencies=dependencies,
            include_in_schema=include_in_schema,
            route_class=Route,
        )

    def include_router(self, router: APIRouter, **told: Any) -> None:
        """Take over the routes that the other one has by now; what they have in common is said where it is made."""
        if told or not isinstance(router, Routes):
            raise TypeError("Routes take in other Routes only; say prefix, tags and dependencies where those are made")
        self.routes.extend(self._around(route) for route in router.finished)

    @property
    def finished(self) -> Sequence[Route]:
        """All that it has, as an app takes it."""
        return [route for route in self.routes if isinstance(route, Route)]

    def _around(self, route: Route) -> Route:
        common = {
            "tags": [*self.tags, *route.told.get("tags", ())],
            "dependencies": [*self.dependencies, *route.told.get("dependencies", ())],
            "include_in_schema": self.include_in_schema and route.include_in_schema,
        }
        return Route(self.prefix + route.path, route.endpoint, **{**route.told, **common})
