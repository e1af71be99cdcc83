"""Administration of profiles, message services and providers: IProfAdmin, IMsgServiceAdmin, IProviderAdmin."""
