-- The date of the batch of an earlier day in which somebody works; NULL for who works today.
CREATE OR REPLACE FUNCTION batches_late_date(_clerk bigint) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT b.batch_date
            FROM batches_batchattachment a JOIN batches_referencebatch b ON b.id = a.batch_id
            WHERE a.user_id = _clerk AND a.is_late AND b.status = 'open');
END $$;
