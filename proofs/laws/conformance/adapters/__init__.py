"""Thin adapters from frameworks to the signature of DESIGN section 6.

A module for each framework, with TARGETS: the name of a target -> a factory that takes "cpu" or "cuda".  A framework
is imported when a factory is called, and a missing one is an ImportError.  An adapter converts, calls and converts
back; what the framework does not offer, or refuses, is a NotImplementedError of one sentence.  Nothing is emulated, so
that what is judged is the framework.
"""
