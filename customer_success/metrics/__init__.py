"""What health scores can be made of: the closed list of inputs."""
