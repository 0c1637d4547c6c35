"""What happened, and did it work?"""
