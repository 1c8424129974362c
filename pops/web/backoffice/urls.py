from django.urls import path

from pops.web.backoffice.desk import accounts, batches, closing, corrections, files, merging, periods, review, taking

app_name = "backoffice"
urlpatterns = [
    path("accounts/<int:guarantor_id>/statement/", accounts.EnterStatement.as_view(), name="enter_statement"),
    path("accounts/<int:guarantor_id>/retire/", accounts.RetireGuarantor.as_view(), name="retire_guarantor"),
    path("accounts/<int:guarantor_id>/merge/", merging.Merge.as_view(), name="merge"),
    path("accounts/<int:guarantor_id>/merge/<int:other_id>/", merging.Merge.as_view(), name="merge_with"),
    path("merges/<int:merge_id>/undo/", merging.Unmerge.as_view(), name="undo_merge"),
    path("patients/<int:patient_id>/retire/", accounts.RetirePatient.as_view(), name="retire_patient"),
    path("visits/<int:encounter_id>/retire/", accounts.RetireVisit.as_view(), name="retire_visit"),
    path("batch/", batches.MyBatch.as_view(), name="my_batch"),
    path("batch/attach/", batches.Attach.as_view(), name="attach"),
    path("batch/detach/", batches.Detach.as_view(), name="detach"),
    path("batches/<int:batch_id>/change/", batches.Change.as_view(), name="change_batch"),
    path("batches/<int:batch_id>/count/", closing.Count.as_view(), name="count"),
    path("batches/<int:batch_id>/close/", closing.Close.as_view(), name="close"),
    path("batches/<int:batch_id>/close/<int:count_id>/", closing.Close.as_view(), name="close_counted"),
    path("batches/<int:batch_id>/reopen/", closing.Reopen.as_view(), name="reopen"),
    path("batches/<int:batch_id>/archive/", closing.Archive.as_view(), name="archive"),
    path("documents/<int:document_id>/", files.Document.as_view(), name="document"),
    path("month-end/", periods.Period.as_view(), name="period"),
    path("payment/", taking.Find.as_view(), name="find"),
    path("payment/<int:guarantor_id>/", taking.Take.as_view(), name="take"),
    path("receipts/<int:number>/print/", files.PrintReceipt.as_view(), name="print"),
    path("receipts/<int:number>/void/", corrections.void, name="void"),
    path("receipts/<int:number>/refund/", corrections.refund, name="refund"),
    path("receipts/<int:number>/escrow/", corrections.PostEscrow.as_view(), name="post_escrow"),
    path("receipts/<int:number>/disburse/", corrections.Disburse.as_view(), name="disburse"),
    path("receipts/<int:number>/move/", corrections.Move.as_view(), name="move"),
    path("reviews/", review.Reviews.as_view(), name="reviews"),
    path("refunds/<uuid:refund_id>/decide/", review.DecideRefund.as_view(), name="decide_refund"),
    path("payments/<uuid:payment_id>/decide/", review.Decide.as_view(), name="decide"),
]
