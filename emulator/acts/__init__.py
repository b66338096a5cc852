"""What can be done to a domain. Each act checks rights and rules, changes the state, records the event, tells webhooks.

Acts raise ApiError and know nothing of HTTP; the routes and the control surface both call them.
"""
