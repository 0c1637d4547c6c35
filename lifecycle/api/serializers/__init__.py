"""The shapes of requests and answers. They translate and check types; they decide and save nothing."""
