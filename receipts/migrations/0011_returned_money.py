import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_found_by_number_and_day'),
        ('batches', '0007_returned_money'),
        ('receipts', '0010_fill_unapplied'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # In the order in which a payment takes them: none is caught between two of them.
        migrations.RunSQL(
            "LOCK TABLE receipts_receipt, receipts_transaction, receipts_posting IN ACCESS EXCLUSIVE MODE",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name='MoneyReturn',
            fields=[
                ('receipt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='money_return', serialize=False, to='receipts.receipt')),
                ('reason', models.CharField(choices=[('funds', 'Not enough money in the account (NSF)'), ('closed', 'Account closed'), ('stopped', 'Payment stopped'), ('no_account', 'No such account'), ('not_allowed', "Debit not allowed by the account's owner"), ('not_valid', 'Check not valid: date, signature or amount'), ('disputed', 'Disputed by the cardholder, and the dispute is lost'), ('other', 'Another reason')], max_length=11)),
                ('learned_on', models.DateField(help_text="The day the practice learned of it, by the bank's notice.")),
                ('note', models.CharField(blank=True, help_text="For staff: the guarantor doesn't see it.", max_length=300)),
            ],
        ),
        migrations.AlterModelOptions(
            name='receipt',
            options={'ordering': ['-received_at', '-number'], 'permissions': [('take_payment', 'Can take a payment at the desk'), ('void_receipt', 'Can void a receipt on its own day'), ('void_online', 'Can void a payment made online on its own day'), ('refund_receipt', 'Can refund a receipt'), ('refund_another_way', 'Can refund a receipt by another way than its money came'), ('return_money', 'Can enter that the bank took the money of a receipt back'), ('move_receipt', 'Can move a receipt to another open batch'), ('post_escrow', 'Can post escrow to services'), ('take_back_posting', 'Can take back what was applied to a service'), ('disburse_escrow', 'Can mark escrow as disbursed')]},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='disbursement',
            name='not_overspent',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='posting',
            name='not_overspent',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='receipt',
            name='adds_up',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='receipt',
            name='not_overspent',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='receiptvoid',
            name='not_overspent',
        ),
        migrations.RemoveConstraint(
            model_name='receipt',
            name='receipt_amount_fits_status',
        ),
        migrations.RemoveConstraint(
            model_name='receipt',
            name='receipt_refund_names_its_payment',
        ),
        migrations.AlterField(
            model_name='receipt',
            name='kind',
            field=models.CharField(choices=[('payment', 'Payment'), ('refund', 'Refund'), ('came_back', 'Refund that came back'), ('returned', 'Returned money')], db_default='payment', max_length=9),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursement',
            trigger=pgtrigger.compiler.Trigger(name='not_overspent', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE owner bigint; payment receipts_receipt%ROWTYPE; posted bigint; disbursed bigint; refunded bigint; returned bigint; unapplied bigint;', func="\n    SELECT CASE WHEN kind IN ('refund', 'returned') THEN refund_of_id ELSE number END INTO owner\n    FROM receipts_receipt WHERE number = NEW.receipt_id;\n\n    SELECT * INTO payment FROM receipts_receipt WHERE number = owner;\n    SELECT coalesce(sum(p.amount_cents), 0) INTO posted FROM receipts_posting p\n    JOIN receipts_receipt r ON r.number = p.receipt_id\n    WHERE p.receipt_id = owner OR (r.refund_of_id = owner AND r.kind IN ('refund', 'returned'));\n    SELECT coalesce(sum(amount_cents), 0) INTO disbursed FROM receipts_disbursement WHERE receipt_id = owner;\n    SELECT coalesce(-sum(r.amount_cents), 0), coalesce(-sum(r.amount_cents) FILTER (WHERE r.kind = 'returned'), 0)\n    INTO refunded, returned FROM receipts_receipt r\n    WHERE r.refund_of_id = owner AND r.kind IN ('refund', 'returned')\n        AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = r.number);\n    IF posted < -returned OR disbursed < 0 OR posted + disbursed + refunded > payment.amount_cents\n        OR (posted + disbursed + refunded > 0\n            AND EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner))\n    THEN\n        RAISE EXCEPTION 'receipt % of % cents: % applied, % disbursed, % refunded',\n            owner, payment.amount_cents, posted, disbursed, refunded USING ERRCODE = 'check_violation';\n    END IF;\n    unapplied := CASE WHEN EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner) THEN 0\n                      ELSE payment.amount_cents - posted - disbursed - refunded END;\n    \n    IF unapplied = 0 THEN\n        DELETE FROM receipts_unapplied WHERE receipt_id = owner;\n    ELSE\n        INSERT INTO receipts_unapplied (receipt_id, received_on, cents)\n        SELECT number, received_on, unapplied FROM receipts_receipt WHERE number = owner\n        ON CONFLICT (receipt_id) DO UPDATE SET cents = EXCLUDED.cents;\n    END IF;\n\n    RETURN NULL;\n", hash='db866958a1cd09996d6e2f4aa1b479ede35c1832', operation='INSERT', pgid='pgtrigger_not_overspent_1d67b', table='receipts_disbursement', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='posting',
            trigger=pgtrigger.compiler.Trigger(name='not_overspent', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE owner bigint; payment receipts_receipt%ROWTYPE; posted bigint; disbursed bigint; refunded bigint; returned bigint; unapplied bigint;', func="\n    IF EXISTS (\n        SELECT FROM receipts_receipt\n        WHERE number = NEW.receipt_id AND kind = 'payment' AND xmin = pg_current_xact_id()::xid\n    ) THEN\n        RETURN NULL;\n    END IF;\n\n    SELECT CASE WHEN kind IN ('refund', 'returned') THEN refund_of_id ELSE number END INTO owner\n    FROM receipts_receipt WHERE number = NEW.receipt_id;\n\n    SELECT * INTO payment FROM receipts_receipt WHERE number = owner;\n    SELECT coalesce(sum(p.amount_cents), 0) INTO posted FROM receipts_posting p\n    JOIN receipts_receipt r ON r.number = p.receipt_id\n    WHERE p.receipt_id = owner OR (r.refund_of_id = owner AND r.kind IN ('refund', 'returned'));\n    SELECT coalesce(sum(amount_cents), 0) INTO disbursed FROM receipts_disbursement WHERE receipt_id = owner;\n    SELECT coalesce(-sum(r.amount_cents), 0), coalesce(-sum(r.amount_cents) FILTER (WHERE r.kind = 'returned'), 0)\n    INTO refunded, returned FROM receipts_receipt r\n    WHERE r.refund_of_id = owner AND r.kind IN ('refund', 'returned')\n        AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = r.number);\n    IF posted < -returned OR disbursed < 0 OR posted + disbursed + refunded > payment.amount_cents\n        OR (posted + disbursed + refunded > 0\n            AND EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner))\n    THEN\n        RAISE EXCEPTION 'receipt % of % cents: % applied, % disbursed, % refunded',\n            owner, payment.amount_cents, posted, disbursed, refunded USING ERRCODE = 'check_violation';\n    END IF;\n    unapplied := CASE WHEN EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner) THEN 0\n                      ELSE payment.amount_cents - posted - disbursed - refunded END;\n    \n    IF unapplied = 0 THEN\n        DELETE FROM receipts_unapplied WHERE receipt_id = owner;\n    ELSE\n        INSERT INTO receipts_unapplied (receipt_id, received_on, cents)\n        SELECT number, received_on, unapplied FROM receipts_receipt WHERE number = owner\n        ON CONFLICT (receipt_id) DO UPDATE SET cents = EXCLUDED.cents;\n    END IF;\n\n    RETURN NULL;\n", hash='ed373d386b72c907bb34c7fd76bb538d5f8cda96', operation='INSERT', pgid='pgtrigger_not_overspent_dbb4e', table='receipts_posting', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='adds_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE moved bigint; posted bigint; owner bigint; unapplied bigint;', func="\n        SELECT coalesce(sum(amount_cents), 0) INTO moved FROM receipts_transaction WHERE receipt_id = NEW.number;\n        SELECT coalesce(sum(amount_cents), 0) INTO posted FROM receipts_posting WHERE receipt_id = NEW.number;\n        IF moved <> NEW.amount_cents OR abs(posted) > abs(moved) OR sign(posted) * sign(moved) < 0 THEN\n            RAISE EXCEPTION 'receipt % of % cents has transactions of % and postings of %',\n                NEW.number, NEW.amount_cents, moved, posted USING ERRCODE = 'check_violation';\n        END IF;\n        -- A refund moves the balance of its payment, which not_overspent judges. Most payments are applied whole.\n        IF NEW.kind NOT IN ('refund', 'returned') AND moved <> posted THEN\n            owner := NEW.number;\n            unapplied := moved - posted;\n            \n    IF unapplied = 0 THEN\n        DELETE FROM receipts_unapplied WHERE receipt_id = owner;\n    ELSE\n        INSERT INTO receipts_unapplied (receipt_id, received_on, cents)\n        SELECT number, received_on, unapplied FROM receipts_receipt WHERE number = owner\n        ON CONFLICT (receipt_id) DO UPDATE SET cents = EXCLUDED.cents;\n    END IF;\n\n        END IF;\n        RETURN NULL;\n    ", hash='da271d1f63824c354e5394b406e5721b0f38ddcc', operation='INSERT', pgid='pgtrigger_adds_up_414bb', table='receipts_receipt', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='not_overspent', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE owner bigint; payment receipts_receipt%ROWTYPE; posted bigint; disbursed bigint; refunded bigint; returned bigint; unapplied bigint;', func="IF NEW.kind NOT IN ('refund', 'returned') THEN RETURN NULL; END IF; owner := NEW.refund_of_id;\n    SELECT * INTO payment FROM receipts_receipt WHERE number = owner;\n    SELECT coalesce(sum(p.amount_cents), 0) INTO posted FROM receipts_posting p\n    JOIN receipts_receipt r ON r.number = p.receipt_id\n    WHERE p.receipt_id = owner OR (r.refund_of_id = owner AND r.kind IN ('refund', 'returned'));\n    SELECT coalesce(sum(amount_cents), 0) INTO disbursed FROM receipts_disbursement WHERE receipt_id = owner;\n    SELECT coalesce(-sum(r.amount_cents), 0), coalesce(-sum(r.amount_cents) FILTER (WHERE r.kind = 'returned'), 0)\n    INTO refunded, returned FROM receipts_receipt r\n    WHERE r.refund_of_id = owner AND r.kind IN ('refund', 'returned')\n        AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = r.number);\n    IF posted < -returned OR disbursed < 0 OR posted + disbursed + refunded > payment.amount_cents\n        OR (posted + disbursed + refunded > 0\n            AND EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner))\n    THEN\n        RAISE EXCEPTION 'receipt % of % cents: % applied, % disbursed, % refunded',\n            owner, payment.amount_cents, posted, disbursed, refunded USING ERRCODE = 'check_violation';\n    END IF;\n    unapplied := CASE WHEN EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner) THEN 0\n                      ELSE payment.amount_cents - posted - disbursed - refunded END;\n    \n    IF unapplied = 0 THEN\n        DELETE FROM receipts_unapplied WHERE receipt_id = owner;\n    ELSE\n        INSERT INTO receipts_unapplied (receipt_id, received_on, cents)\n        SELECT number, received_on, unapplied FROM receipts_receipt WHERE number = owner\n        ON CONFLICT (receipt_id) DO UPDATE SET cents = EXCLUDED.cents;\n    END IF;\n\n    RETURN NULL;\n", hash='49ee0da0576a4acfaa992d06101283246478627c', operation='INSERT', pgid='pgtrigger_not_overspent_87658', table='receipts_receipt', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptvoid',
            trigger=pgtrigger.compiler.Trigger(name='not_overspent', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE owner bigint; payment receipts_receipt%ROWTYPE; posted bigint; disbursed bigint; refunded bigint; returned bigint; unapplied bigint;', func="\n    SELECT CASE WHEN kind IN ('refund', 'returned') THEN refund_of_id ELSE number END INTO owner\n    FROM receipts_receipt WHERE number = NEW.receipt_id;\n\n    SELECT * INTO payment FROM receipts_receipt WHERE number = owner;\n    SELECT coalesce(sum(p.amount_cents), 0) INTO posted FROM receipts_posting p\n    JOIN receipts_receipt r ON r.number = p.receipt_id\n    WHERE p.receipt_id = owner OR (r.refund_of_id = owner AND r.kind IN ('refund', 'returned'));\n    SELECT coalesce(sum(amount_cents), 0) INTO disbursed FROM receipts_disbursement WHERE receipt_id = owner;\n    SELECT coalesce(-sum(r.amount_cents), 0), coalesce(-sum(r.amount_cents) FILTER (WHERE r.kind = 'returned'), 0)\n    INTO refunded, returned FROM receipts_receipt r\n    WHERE r.refund_of_id = owner AND r.kind IN ('refund', 'returned')\n        AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = r.number);\n    IF posted < -returned OR disbursed < 0 OR posted + disbursed + refunded > payment.amount_cents\n        OR (posted + disbursed + refunded > 0\n            AND EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner))\n    THEN\n        RAISE EXCEPTION 'receipt % of % cents: % applied, % disbursed, % refunded',\n            owner, payment.amount_cents, posted, disbursed, refunded USING ERRCODE = 'check_violation';\n    END IF;\n    unapplied := CASE WHEN EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner) THEN 0\n                      ELSE payment.amount_cents - posted - disbursed - refunded END;\n    \n    IF unapplied = 0 THEN\n        DELETE FROM receipts_unapplied WHERE receipt_id = owner;\n    ELSE\n        INSERT INTO receipts_unapplied (receipt_id, received_on, cents)\n        SELECT number, received_on, unapplied FROM receipts_receipt WHERE number = owner\n        ON CONFLICT (receipt_id) DO UPDATE SET cents = EXCLUDED.cents;\n    END IF;\n\n    RETURN NULL;\n", hash='5e23eb07f17665688d81a6bda80ec658d0b3ec08', operation='INSERT', pgid='pgtrigger_not_overspent_e7f88', table='receipts_receiptvoid', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        AddConstraintNotValid(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_cents__gt', 0), ('kind', 'payment'), ('status', 'paid')), models.Q(('amount_cents__lt', 0), ('kind', 'refund'), ('status', 'paid')), models.Q(('amount_cents__gt', 0), ('kind', 'came_back'), ('status', 'paid')), models.Q(('amount_cents__lt', 0), ('kind', 'returned'), ('status', 'paid')), models.Q(('amount_cents', 0), ('kind', 'payment'), ('status', 'unsuccessful')), _connector='OR'), name='receipt_amount_fits_status'),
        ),
        AddConstraintNotValid(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'payment'), ('refund_of', None)), models.Q(('kind__in', ['refund', 'came_back', 'returned']), ('refund_of__isnull', False)), _connector='OR'), name='receipt_refund_names_its_payment'),
        ),
        migrations.AddField(
            model_name='moneyreturn',
            name='transaction',
            field=models.ForeignKey(help_text='What came in and went away again.', on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='receipts.transaction'),
        ),
        migrations.AddConstraint(
            model_name='moneyreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'other'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='money_return_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='moneyreturn',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ae4430c5ba8aee3b8e044a88649d630c64535c85', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ba646', table='receipts_moneyreturn', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='moneyreturn',
            trigger=pgtrigger.compiler.Trigger(name='not_twice', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM FROM receipts_transaction WHERE id = NEW.transaction_id FOR UPDATE;\n        IF EXISTS (\n            SELECT FROM receipts_moneyreturn o\n            WHERE o.transaction_id = NEW.transaction_id\n                AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = o.receipt_id)\n        ) THEN\n            RAISE EXCEPTION 'transaction % was returned already', NEW.transaction_id USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    ", hash='bb7f2e55c8aef91a378d2a69bbff72bc20736cbf', operation='INSERT', pgid='pgtrigger_not_twice_fe626', table='receipts_moneyreturn', when='BEFORE')),
        ),
    ]
