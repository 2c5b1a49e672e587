"""batchUpdate: one function for each kind of request, and the table that names them.

The rule it guards: a batch is applied in order inside one `changing()`, so that the first
refused request takes back all that came before it.
"""

from __future__ import annotations

from typing import Any

from local.sheets.changes import (
    dimensions,
    filters,
    looks,
    metadata,
    moving,
    names,
    objects,
    protections,
    sheets,
    writing,
)
from local.sheets.changes.context import Apply, Context
from local.sheets.errors import ApiError, bad_field, invalid, not_imitated, unknown_name
from local.sheets.workbook import Json

APPLY: dict[str, Apply] = {
    "addBanding": looks.add_banding,
    "addChart": objects.add_chart,
    "addConditionalFormatRule": looks.add_conditional_format_rule,
    "addDimensionGroup": dimensions.add_dimension_group,
    "addFilterView": filters.add_filter_view,
    "addNamedRange": names.add_named_range,
    "addProtectedRange": protections.add_protected_range,
    "addSheet": sheets.add_sheet,
    "addSlicer": objects.add_slicer,
    "appendCells": writing.append_cells,
    "appendDimension": dimensions.append_dimension,
    "autoResizeDimensions": dimensions.auto_resize_dimensions,
    "clearBasicFilter": filters.clear_basic_filter,
    "copyPaste": moving.copy_paste,
    "createDeveloperMetadata": metadata.create_developer_metadata,
    "cutPaste": moving.cut_paste,
    "deleteBanding": looks.delete_banding,
    "deleteConditionalFormatRule": looks.delete_conditional_format_rule,
    "deleteDeveloperMetadata": metadata.delete_developer_metadata,
    "deleteDimension": dimensions.delete_dimension,
    "deleteDimensionGroup": dimensions.delete_dimension_group,
    "deleteDuplicates": moving.delete_duplicates,
    "deleteEmbeddedObject": objects.delete_embedded_object,
    "deleteFilterView": filters.delete_filter_view,
    "deleteNamedRange": names.delete_named_range,
    "deleteProtectedRange": protections.delete_protected_range,
    "deleteSheet": sheets.delete_sheet,
    "duplicateFilterView": filters.duplicate_filter_view,
    "duplicateSheet": sheets.duplicate_sheet,
    "findReplace": moving.find_replace,
    "insertDimension": dimensions.insert_dimension,
    "mergeCells": moving.merge_cells,
    "moveDimension": dimensions.move_dimension,
    "repeatCell": writing.repeat_cell,
    "setBasicFilter": filters.set_basic_filter,
    "setDataValidation": writing.set_data_validation,
    "sortRange": moving.sort_range,
    "trimWhitespace": moving.trim_whitespace,
    "unmergeCells": moving.unmerge_cells,
    "updateBanding": looks.update_banding,
    "updateBorders": writing.update_borders,
    "updateCells": writing.update_cells,
    "updateChartSpec": objects.update_chart_spec,
    "updateConditionalFormatRule": looks.update_conditional_format_rule,
    "updateDeveloperMetadata": metadata.update_developer_metadata,
    "updateDimensionGroup": dimensions.update_dimension_group,
    "updateDimensionProperties": dimensions.update_dimension_properties,
    "updateEmbeddedObjectPosition": objects.update_embedded_object_position,
    "updateFilterView": filters.update_filter_view,
    "updateNamedRange": names.update_named_range,
    "updateProtectedRange": protections.update_protected_range,
    "updateSheetProperties": sheets.update_sheet_properties,
    "updateSlicerSpec": objects.update_slicer_spec,
    "updateSpreadsheetProperties": sheets.update_spreadsheet_properties,
}
NOT_IMITATED = frozenset(
    [
        "addDataSource",
        "addTable",
        "autoFill",
        "cancelDataSourceRefresh",
        "deleteDataSource",
        "deleteRange",
        "deleteTable",
        "insertRange",
        "pasteData",
        "randomizeRange",
        "refreshDataSource",
        "textToColumns",
        "updateDataSource",
        "updateEmbeddedObjectBorder",
        "updateTable",
    ]
)
REPLY_ALWAYS = frozenset({"deleteDimensionGroup", "findReplace", "deleteDuplicates", "trimWhitespace"})


def check(body: Json) -> list[tuple[str, Json]]:
    """The requests of a body, by kind. Raises ApiError for what is no request, before anything is looked up."""
    requests = body.get("requests")
    if requests is not None and not isinstance(requests, list):
        requests = [requests]
    if not requests:
        raise invalid("Must specify at least one request.")
    return [_kind(request, index) for index, request in enumerate(requests)]


def _kind(request: Any, index: int) -> tuple[str, Json]:
    where = f"requests[{index}]"
    if not isinstance(request, dict):
        raise bad_field(
            where, f"Invalid value at '{where}' (type.googleapis.com/google.apps.sheets.v4.Request), \"{request}\""
        )
    if len(request) != 1:
        raise invalid(
            f"Invalid {where}: " + ("No request set." if not request else "oneof field 'kind' is already set.")
        )
    name, message = next(iter(request.items()))
    if name in NOT_IMITATED:
        raise not_imitated(f"the request {name}")
    if name not in APPLY:
        raise unknown_name(name, where)
    return name, message or {}


def apply(context: Context, requests: list[tuple[str, Json]]) -> list[Json]:
    """Carry out checked requests in order, inside a change. Raises ApiError naming the request."""
    return [_apply(context, name, message, index) for index, (name, message) in enumerate(requests)]


def _apply(context: Context, name: str, message: Json, index: int) -> Json:
    try:
        reply = APPLY[name](context, message)
    except ApiError as error:
        if error.code == 400 and not error.details:
            raise invalid(f"Invalid requests[{index}].{name}: {error.message}") from None
        raise
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise invalid(f"Invalid requests[{index}].{name}: the emulator cannot read this message ({error!r})") from error
    return {name: reply} if reply or name in REPLY_ALWAYS else {}
