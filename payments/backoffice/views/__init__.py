"""Pages of the desk: parse, call one service, answer."""
