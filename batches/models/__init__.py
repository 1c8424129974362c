"""Batches, what was counted of them, their closes, drawers and deposits, and the month-end lock."""

from batches.models.batch import API_PAYMENTS, BatchAttachment, BatchReopening, LateAttachment, ReferenceBatch
from batches.models.close import BatchClose, BatchCloseTender, BatchDocument
from batches.models.count import BatchCount, BatchCountTender
from batches.models.deposit import Deposit, DepositBatch, DepositDocument
from batches.models.drawer import DrawerMovement
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
    "Deposit",
    "DepositBatch",
    "DepositDocument",
    "DrawerMovement",
    "LateAttachment",
    "PeriodLock",
    "ReferenceBatch",
]
