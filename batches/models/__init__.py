"""Batches, what was counted of them, their closes, and the month-end lock."""

from batches.models.batch import API_PAYMENTS, BatchAttachment, BatchReopening, LateAttachment, ReferenceBatch
from batches.models.close import BatchClose, BatchCloseTender, BatchDocument
from batches.models.count import BatchCount, BatchCountTender
from batches.models.period import PeriodLock

__all__ = [
    "API_PAYMENTS",
    "BatchAttachment",
    "BatchClose",
    "BatchCloseTender",
    "BatchCount",
    "BatchCountTender",
    "BatchDocument",
    "BatchReopening",
    "LateAttachment",
    "PeriodLock",
    "ReferenceBatch",
]
