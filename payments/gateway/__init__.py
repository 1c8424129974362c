"""The only code that speaks to Stripe. It answers with facts of ours and never touches the database."""
