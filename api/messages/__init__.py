"""Codes and numbers in, plain words out. The only room that writes prose.

Each subject has its catalogue of keyed templates, in English; a translation is another catalogue.
A sentence whose number is missing is left out, never printed half.
"""
