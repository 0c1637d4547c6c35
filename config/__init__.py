"""How the process is put together: settings, servers, addresses, and the commands that run them all."""
