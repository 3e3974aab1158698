"""The judgement: claims, evidence, verdicts, audits, laws and reports. See DESIGN's arrows: imports run one way."""
