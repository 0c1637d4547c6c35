"""The REST API: doors for front ends and other systems. They read the clock once and make one engine call."""
