"""The message spooler: takes submitted messages to transports, and what arrives to its folder (SPL-1).

`delivery` and `matching` decide, without thread and clock; `outbound`, `inbound` and `reports` do it for one message;
`worker` has the thread.
"""
