-- How people are looked for: by the beginnings of words, whatever accents, capitals, apostrophes and hyphens are typed
-- or left out. One way to fold both sides. `unaccent` is of PostgreSQL's own contrib. All names are qualified: indexes
-- are built, restored and vacuumed with no search path.

-- Plain small letters, and one apostrophe for all that are typed as one. What a name expands to has an end.
CREATE OR REPLACE FUNCTION accounts_folded(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(lower(public.unaccent(normalize(translate(said, '’‘ʼʻ′＇`´', ''''''''''''''''''), NFKC))), 500)
$$;

-- What stands between ASCII's signs; other letters than Latin ones stay as they are.
CREATE OR REPLACE FUNCTION accounts_words(folded text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(regexp_split_to_array(folded, '[\x01-/:-@\[-`{-\x7f]+'), '')
$$;

-- From each word on, all that follow joined to it: smithjones, jones. So each word is found by its beginning, and words
-- that are written as one are found too: any of them begins one of these.
CREATE OR REPLACE FUNCTION accounts_joined(words text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(array_to_string(words[n:], '')), '{}') FROM generate_subscripts(words, 1) n
$$;

-- Splitting costs far more than the planner thinks: it would rather do it for every row than use the index.
CREATE OR REPLACE FUNCTION accounts_name_words(name text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(public.accounts_joined(public.accounts_words(public.accounts_folded(name))))
$$;

-- And the account number, and the phone number whole and by its last digits: "555 010 3000", "0103000" and "3000" find it.
CREATE OR REPLACE FUNCTION accounts_guarantor_words(name text, account_number text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
    SELECT public.accounts_name_words(name) || public.accounts_name_words(account_number)
           || array_to_tsvector(array_remove(ARRAY[digits, right(digits, 7), right(digits, 4)], ''))
    FROM regexp_replace(phone, '[^0-9]', '', 'g') AS digits
$$;

-- All of these words in any order, or all of them written as one. What a person leaves out of O'Connell is the
-- apostrophe, so it parts no words here. NULL without a word, which nobody is found by.
CREATE OR REPLACE FUNCTION accounts_said(said text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (string_agg('''' || word || ''':*', ' & ')
            || CASE count(*) WHEN 1 THEN '' ELSE ' | ''' || string_agg(word, '' ORDER BY nth) || ''':*' END)::tsquery
    FROM unnest(public.accounts_words(replace(public.accounts_folded(said), '''', ''))) WITH ORDINALITY AS w (word, nth)
$$;
