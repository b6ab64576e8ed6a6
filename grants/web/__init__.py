"""What every page shares: access, forms, errors, navigation, pictures."""
