"""How customers log in, over HTTP and in the jobs that clean up after them."""
