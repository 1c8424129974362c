"""Everything a bare machine needs to run POPS without other servers. Development only: nothing imports it."""
