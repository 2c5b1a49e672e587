"""Rehearsals of the days that nobody wants: what each person sees, and that nothing is lost."""
