"""What teachers take along: assignments, slides, a lab without internet."""
