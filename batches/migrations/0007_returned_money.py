import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('batches', '0006_beside_stripe'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='batchclose',
            name='tenders_add_up',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='batchclosetender',
            name='comes_with_its_close',
        ),
        migrations.AddField(
            model_name='batchclose',
            name='returned_cents',
            field=models.BigIntegerField(db_default=0, default=0, help_text='Taken back by the bank: in the total, not among what is counted.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batchclose',
            trigger=pgtrigger.compiler.Trigger(name='tenders_add_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE tenders text[]; made batches_batchclose%ROWTYPE; expected bigint; differs boolean; moved record;', func='\n    SELECT * INTO made FROM batches_batchclose WHERE id = NEW.id;\n    SELECT array_agg(tender::text ORDER BY tender COLLATE "C"), coalesce(sum(expected_cents), 0), coalesce(bool_or(over_short_cents <> 0), false)\n    INTO tenders, expected, differs FROM batches_batchclosetender WHERE close_id = made.id;\n    IF tenders IS DISTINCT FROM ARRAY[\'card\', \'cash\', \'check\', \'other\'] THEN\n        RAISE EXCEPTION \'close % has tenders %, not one of each\', made.id, tenders USING ERRCODE = \'check_violation\';\n    END IF;\n    IF expected + made.own_check_cents + made.returned_cents <> made.total_cents THEN\n        RAISE EXCEPTION \'close % of % cents has tenders of %, own checks of % and returns of %\',\n            made.id, made.total_cents, expected, made.own_check_cents, made.returned_cents\n            USING ERRCODE = \'check_violation\';\n    END IF;\n    SELECT coalesce(sum(amount_cents) FILTER (WHERE kind = \'float\'), 0) AS begun,\n           coalesce(sum(amount_cents) FILTER (WHERE kind = \'paid_in\'), 0) AS paid_in,\n           coalesce(sum(amount_cents) FILTER (WHERE kind = \'paid_out\'), 0) AS paid_out,\n           coalesce(sum(amount_cents) FILTER (WHERE kind = \'drop\'), 0) AS dropped\n    INTO moved FROM batches_drawermovement WHERE batch_id = made.batch_id;\n    IF (moved.begun, moved.paid_in, moved.paid_out, moved.dropped)\n        <> (made.float_cents, made.paid_in_cents, made.paid_out_cents, made.dropped_cents)\n    THEN\n        RAISE EXCEPTION \'close % tells of another drawer than %\', made.id, moved USING ERRCODE = \'check_violation\';\n    END IF;\n    IF EXISTS (\n        SELECT FROM batches_batchclosetender due\n        JOIN batches_batchcounttender counted ON counted.count_id = made.count_id AND counted.tender = due.tender\n        WHERE due.close_id = made.id AND due.over_short_cents <> counted.cents - due.expected_cents\n            - CASE WHEN due.tender = \'cash\' THEN moved.begun + moved.paid_in - moved.paid_out - moved.dropped ELSE 0 END\n    ) THEN\n        RAISE EXCEPTION \'close % is over or short by something else than its count\', made.id\n            USING ERRCODE = \'check_violation\';\n    END IF;\n    IF (differs OR made.reference_cents <> made.total_cents) AND made.note = \'\' THEN\n        RAISE EXCEPTION \'close % differs from its count or its reference total, and nobody said why\', made.id\n            USING ERRCODE = \'check_violation\';\n    END IF;\n    RETURN NULL;\n', hash='0a4f8428e362af77dd20defb7ef749e9914d6538', operation='INSERT', pgid='pgtrigger_tenders_add_up_f7c79', table='batches_batchclose', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batchclosetender',
            trigger=pgtrigger.compiler.Trigger(name='comes_with_its_close', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE tenders text[]; made batches_batchclose%ROWTYPE; expected bigint; differs boolean; moved record;', func='\n    SELECT * INTO made FROM batches_batchclose WHERE id = NEW.close_id;\n    SELECT array_agg(tender::text ORDER BY tender COLLATE "C"), coalesce(sum(expected_cents), 0), coalesce(bool_or(over_short_cents <> 0), false)\n    INTO tenders, expected, differs FROM batches_batchclosetender WHERE close_id = made.id;\n    IF tenders IS DISTINCT FROM ARRAY[\'card\', \'cash\', \'check\', \'other\'] THEN\n        RAISE EXCEPTION \'close % has tenders %, not one of each\', made.id, tenders USING ERRCODE = \'check_violation\';\n    END IF;\n    IF expected + made.own_check_cents + made.returned_cents <> made.total_cents THEN\n        RAISE EXCEPTION \'close % of % cents has tenders of %, own checks of % and returns of %\',\n            made.id, made.total_cents, expected, made.own_check_cents, made.returned_cents\n            USING ERRCODE = \'check_violation\';\n    END IF;\n    SELECT coalesce(sum(amount_cents) FILTER (WHERE kind = \'float\'), 0) AS begun,\n           coalesce(sum(amount_cents) FILTER (WHERE kind = \'paid_in\'), 0) AS paid_in,\n           coalesce(sum(amount_cents) FILTER (WHERE kind = \'paid_out\'), 0) AS paid_out,\n           coalesce(sum(amount_cents) FILTER (WHERE kind = \'drop\'), 0) AS dropped\n    INTO moved FROM batches_drawermovement WHERE batch_id = made.batch_id;\n    IF (moved.begun, moved.paid_in, moved.paid_out, moved.dropped)\n        <> (made.float_cents, made.paid_in_cents, made.paid_out_cents, made.dropped_cents)\n    THEN\n        RAISE EXCEPTION \'close % tells of another drawer than %\', made.id, moved USING ERRCODE = \'check_violation\';\n    END IF;\n    IF EXISTS (\n        SELECT FROM batches_batchclosetender due\n        JOIN batches_batchcounttender counted ON counted.count_id = made.count_id AND counted.tender = due.tender\n        WHERE due.close_id = made.id AND due.over_short_cents <> counted.cents - due.expected_cents\n            - CASE WHEN due.tender = \'cash\' THEN moved.begun + moved.paid_in - moved.paid_out - moved.dropped ELSE 0 END\n    ) THEN\n        RAISE EXCEPTION \'close % is over or short by something else than its count\', made.id\n            USING ERRCODE = \'check_violation\';\n    END IF;\n    IF (differs OR made.reference_cents <> made.total_cents) AND made.note = \'\' THEN\n        RAISE EXCEPTION \'close % differs from its count or its reference total, and nobody said why\', made.id\n            USING ERRCODE = \'check_violation\';\n    END IF;\n    RETURN NULL;\n', hash='2ca8ba4dd748ed9aaf35fa12c758a8dba2cfe7fa', operation='INSERT', pgid='pgtrigger_comes_with_its_close_3b463', table='batches_batchclosetender', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
    ]
