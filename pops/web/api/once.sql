-- Writes down that an account sent a call under a key, and whether it is the first. One that is at work meanwhile is
-- waited for here.
CREATE OR REPLACE FUNCTION api_claim(_account bigint, _key text, _asked bytea, _at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO api_sentcall (account_id, key, asked, body, headers, sent_at)
    VALUES (_account, _key, _asked, '', '{}', _at)
    ON CONFLICT (account_id, key) DO NOTHING;
    RETURN FOUND;
END $$;

-- Keeps how the call was answered, and says whether its row is still there.
CREATE OR REPLACE FUNCTION api_keep(
    _account bigint, _key text, _asked bytea, _status smallint, _body bytea, _headers jsonb
) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE api_sentcall SET status = _status, body = _body, headers = _headers
    WHERE account_id = _account AND key = _key AND asked = _asked;
    RETURN FOUND;
END $$;

-- Writes down the same for a call that asks for it along with its own first question, whose results are all that comes
-- back. That it is not the first is told as INFO, which reaches whoever asks whatever the settings are.
CREATE OR REPLACE FUNCTION api_claim_along(_account bigint, _key text, _asked bytea, _at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF NOT api_claim(_account, _key, _asked, _at) THEN
        RAISE INFO 'sent before';
    END IF;
END $$;

-- Begins a call that writes its row with its answer, once all is done. A copy that is at work meanwhile is waited for
-- here: the row is looked for after it has ended. Asked along with another question, too.
CREATE OR REPLACE FUNCTION api_begin(_account bigint, _key text) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(_key, _account));
    IF EXISTS (SELECT FROM api_sentcall WHERE account_id = _account AND key = _key) THEN
        RAISE INFO 'sent before';
    END IF;
END $$;

-- Writes down how it was answered, and says whether it is the first: a process of the release before waits for no lock.
CREATE OR REPLACE FUNCTION api_answer(
    _account bigint, _key text, _asked bytea, _status smallint, _body bytea, _headers jsonb, _at timestamptz
) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO api_sentcall (account_id, key, asked, status, body, headers, sent_at)
    VALUES (_account, _key, _asked, _status, _body, _headers, _at)
    ON CONFLICT (account_id, key) DO NOTHING;
    RETURN FOUND;
END $$;
