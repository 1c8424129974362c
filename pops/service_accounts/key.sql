-- The key of a hash with its account, the account's login and what that may do: asked with each call of the API, so in
-- one question, by plans that are kept. No row: nobody was ever given such a key.
CREATE OR REPLACE FUNCTION service_accounts_find_key(_hash bytea) RETURNS TABLE (
    key service_accounts_servicekey, account service_accounts_serviceaccount, login access_user, rights text[]
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
        SELECT k, a, u, access_rights(u.id)
        FROM service_accounts_servicekey k
        JOIN service_accounts_serviceaccount a ON a.user_id = k.account_id
        JOIN access_user u ON u.id = a.user_id
        WHERE k.key_hash = _hash;
END $$;
