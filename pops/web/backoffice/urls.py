from django.urls import path

from pops.web.backoffice.desk import batches, corrections, taking

app_name = "backoffice"
urlpatterns = [
    path("batch/", batches.my_batch, name="my_batch"),
    path("batch/attach/", batches.attach, name="attach"),
    path("batch/detach/", batches.detach, name="detach"),
    path("batches/<int:batch_id>/change/", batches.change, name="change_batch"),
    path("batches/<int:batch_id>/count/", batches.count, name="count"),
    path("batches/<int:batch_id>/close/", batches.close, name="close"),
    path("batches/<int:batch_id>/close/<int:count_id>/", batches.close, name="close_counted"),
    path("batches/<int:batch_id>/reopen/", batches.reopen, name="reopen"),
    path("batches/<int:batch_id>/archive/", batches.archive, name="archive"),
    path("documents/<int:document_id>/", batches.document, name="document"),
    path("month-end/", batches.period, name="period"),
    path("payment/", taking.find, name="find"),
    path("payment/<int:guarantor_id>/", taking.take, name="take"),
    path("receipts/<int:number>/print/", taking.print_receipt, name="print"),
    path("receipts/<int:number>/void/", corrections.void, name="void"),
    path("receipts/<int:number>/refund/", corrections.refund, name="refund"),
    path("receipts/<int:number>/escrow/", corrections.post_escrow, name="post_escrow"),
    path("receipts/<int:number>/disburse/", corrections.disburse, name="disburse"),
    path("receipts/<int:number>/move/", corrections.move, name="move"),
    path("payments/<uuid:payment_id>/decide/", corrections.decide, name="decide"),
]
