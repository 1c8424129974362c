"""Reports of the back office: on screen, as files, by schedule."""
