"""Money received: the Receipt, its Transactions and its Postings. Append-only, kept so by the database.

All amounts are cents; refunds are negative. A receipt copies what it prints, so that a provider's new
name changes no old receipt.
"""

from receipts.models.copay import CashTendered, Copay
from receipts.models.corrections import Disbursement, ReceiptMove, ReceiptVoid
from receipts.models.document import ReceiptDocument
from receipts.models.posting import Owed, Posting
from receipts.models.receipt import Receipt, Standing, Transaction
from receipts.models.returned import MoneyReturn
from receipts.models.statement import StatementDetail, StatementDocument, StatementItem
from receipts.models.unapplied import Unapplied

__all__ = [
    "CashTendered",
    "Copay",
    "Disbursement",
    "MoneyReturn",
    "Owed",
    "Posting",
    "Receipt",
    "ReceiptDocument",
    "ReceiptMove",
    "ReceiptVoid",
    "Standing",
    "StatementDetail",
    "StatementDocument",
    "StatementItem",
    "Transaction",
    "Unapplied",
]
