"""Pure rendering: verdicts, findings and evidence in, Markdown and figures out. Nothing is computed here."""
