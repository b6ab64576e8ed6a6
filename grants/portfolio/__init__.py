"""Home pages, the case page, the pipeline: reading across everything."""
