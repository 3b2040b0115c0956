fn main() {
    println!("qantar");
}
