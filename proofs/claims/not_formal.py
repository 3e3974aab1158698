r"""Sentences without mathematical content, each with the reason; a formal half of one is a claim of its own."""

from proofs.claim import Claim

_CHAPTER = {
    "essential_to_transformers": ("Essential to Transformers", "neither 'works' nor 'because of' is defined"),
    "distant_words_related": ("Distant words", "that words of a language are related is a fact about language"),
    "linguistic_relations": ("Linguistic relations", "a statement about trained models and about language"),
    "worked_example_inputs_random": ("Worked example inputs", "how the printed matrices were drawn is history"),
    "scaling_helps_training": ("Scaling by sqrt(d_k)", "that the factor steadies training is empirical"),
    "learned_parameters": ("Learned parameters", "no loss and no procedure are given"),
    "optimised_projections": ("Optimised projections", "empirical, and 'relevant' is not defined"),
    "similarity_of_words": ("Dot product as similarity", "'similar' is not defined"),
    "efficiency": ("Efficiency", "no cost model is given; a statement about measurements"),
    "mask_crucial_for_training": ("Mask for auto-regressive training", "that it is crucial for training is empirical"),
    "learned_attention": ("Learned attention", "a statement about what is learned"),
    "parallel_advantage": ("Parallel computation", "that it is a main advantage is a matter of judgement"),
    "dependencies_learned": ("Mask prevents cheating", "that dependencies are then learned is empirical"),
    "training_speed": ("Training speed", "a statement about measured training time"),
    "effectiveness": ("Effectiveness", "empirical, and 'effective' is not defined"),
}
_RETRIEVAL = {
    "origin_of_terms": ("Origin of the terms", "a statement about history"),
    "similarity_needed": ("Similarity as a number", "an announcement of the definitions that follow"),
    "missing_formula": ("Missing formula", "the copy at hand prints no formula: there is nothing to decide"),
    "basic_operation": ("Basic operation", "'most basic' is not defined"),
}
_ITEMS = {
    "distant_words_related": "distant_words",
    "worked_example_inputs_random": "worked_example_inputs",
    "scaling_helps_training": "scaling",
    "similarity_of_words": "dot_product_similarity",
    "mask_crucial_for_training": "mask_for_autoregression",
    "parallel_advantage": "parallel_computation",
    "dependencies_learned": "mask_prevents_cheating",
}

CLAIMS = tuple(
    Claim(
        id=name,
        title=label,
        document=document,
        item=_ITEMS.get(name, name),
        label=label,
        words="",
        not_formal=f"Not a mathematical statement: {reason}.",
    )
    for document, sentences in (("chapter", _CHAPTER), ("retrieval", _RETRIEVAL))
    for name, (label, reason) in sentences.items()
)
