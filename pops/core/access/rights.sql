-- The rights of a login, its own and those of its roles, as has_perm() names them. A function, as the next ones are that
-- are called with each page or call: a connection keeps its plan, and to plan it takes longer than to read.
CREATE OR REPLACE FUNCTION access_rights(_login bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT t.app_label || '.' || p.codename
        FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
        WHERE p.id IN (SELECT o.permission_id FROM access_user_user_permissions o WHERE o.user_id = _login
                       UNION ALL
                       SELECT r.permission_id FROM access_user_groups g JOIN auth_group_permissions r USING (group_id)
                       WHERE g.user_id = _login));
END $$;
