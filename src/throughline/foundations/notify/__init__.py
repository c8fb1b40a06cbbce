"""GOV.UK Notify, which sends the texts: asked over the network, never inside a transaction."""
