fn main(){ lettrage::cli::run_inspect() }
