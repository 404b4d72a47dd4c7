"""The only place that knows SQLModel and SQLAlchemy."""
