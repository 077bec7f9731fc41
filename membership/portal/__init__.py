"""What the public sees: login, signup, the member page, the page of a card.

It is built in layers. ``member`` uses ``signup`` and ``login``; ``signup`` and ``site_login`` use
``login``. All of them use ``open_signup``, which finds the organizations that the public reaches;
``appearance`` holds their colours. ``card_page`` stands alone.
"""
