"""How the public logs in: by a code that is mailed, then with tokens that are soon over."""
