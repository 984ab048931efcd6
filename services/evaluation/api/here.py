"""What every route of evaluation needs of its service."""

from typing import Annotated

from fastapi import Depends

from shared.web.desk import Desk, desk

Here = Annotated[Desk, Depends(desk("evaluation"))]
