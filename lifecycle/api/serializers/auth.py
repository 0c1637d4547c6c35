"""Logging in for a token."""

from __future__ import annotations

from rest_framework import serializers

from .fields import StrictSerializer, Text


class LoginSerializer(StrictSerializer):
    username = Text(max_length=150)
    password = Text(max_length=4096, trim_whitespace=False, style={"input_type": "password"})


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="To be sent as `Authorization: Bearer …`. It is shown only now.")
    expiry = serializers.DateTimeField()
